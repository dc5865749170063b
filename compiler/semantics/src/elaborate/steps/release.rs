//! What stands behind `service@`: an artifact, and what differs from the service's declaration.

use diagnostics::{Diagnostic, codes};
use smol_str::{SmolStr, format_smolstr};
use syntax::ast::{Expr, ExprKind, Name, Override, Release};

use super::Elaborator;
use crate::core::{ArtifactBody, Body, Core, CoreKind, ReleaseBody};
use crate::elaborate::names::suggest;
use crate::elaborate::notes::{Meaning, Wanted, Whose};
use crate::elaborate::text::not_a_digest;
use crate::queries::body::body_of;
use crate::queries::scope::lookup;
use crate::queries::signature::{Signature, signature_of};
use crate::types::{DeclId, Type};

/// Releases that a run finds itself.
const WORDS: [&str; 2] = ["previous", "running"];

impl Elaborator<'_> {
    pub(super) fn release(&mut self, release: &Release, service: Option<&Core>) -> ReleaseBody {
        let artifact = self.artifact(release);
        let overrides = release.overrides.iter().filter_map(|it| self.overridden(it, service)).collect();
        ReleaseBody { artifact, overrides }
    }

    fn artifact(&mut self, release: &Release) -> ArtifactBody {
        let Release { name, fields, .. } = release;
        self.note_wanted(name.range, || Wanted::Type(Type::Digest));
        let known = self.local(&name.text).is_some() || lookup(self.db, self.file, &name.text).is_some();
        if !known && fields.is_empty() {
            match name.text.as_str() {
                "previous" => return ArtifactBody::Previous,
                "running" => return ArtifactBody::Running,
                _ => return ArtifactBody::Given(self.unknown_release(name)),
            }
        }
        let first = Expr { range: name.range, kind: ExprKind::Name(name.text.clone()) };
        let whole = fields.iter().fold(first, |of, field| Expr {
            range: of.range.to(field.range),
            kind: ExprKind::Field(Box::new(of), field.clone()),
        });
        let (core, ty) = self.infer(&whole);
        if self.fits(&ty, &Type::Digest) {
            return ArtifactBody::Given(core);
        }
        let message = format!("`{}` is {}, not a digest", written(name, fields), ty.with_article());
        self.report(not_a_digest(core.span, &message));
        ArtifactBody::Given(Core::error(core.span))
    }

    fn unknown_release(&mut self, name: &Name) -> Core {
        let at = self.span(name.range);
        let digests = self.locals.iter().filter(|(_, ty)| *ty == Type::Digest).map(|(name, _)| name.as_str());
        let near = diagnostics::nearest(&name.text, digests.chain(WORDS)).map(str::to_owned);
        let diagnostic = match near {
            Some(near) => Diagnostic::error(codes::UNKNOWN_NAME, at, format!("there is no value `{}` here", name.text))
                .help(format!("did you mean `{near}`?")),
            None => not_a_digest(at, &format!("`{}` is not a digest", name.text)),
        };
        self.report(diagnostic);
        Core::error(at)
    }

    /// `runs.machine = "..."`: a field of the record that says how the service runs.
    fn overridden(&mut self, it: &Override, service: Option<&Core>) -> Option<(SmolStr, Core)> {
        let (first, rest) = it.path.split_first()?;
        if first.text != "runs" || rest.is_empty() {
            let message = "`with` changes how a release runs";
            let diagnostic = Diagnostic::error(codes::NO_OVERRIDE, self.span(first.range), message)
                .help("name a field of `runs`: `with { runs.FIELD = ... }`");
            self.report(diagnostic);
            return None;
        }
        let mut ty = self.runs_type(service?, it)?;
        for field in rest {
            ty = self.field_type(&ty, field)?;
        }
        let path = it.path.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
        let value = self.expect(&it.value, &ty, &format!("`{path}`"));
        Some((path.into(), value))
    }

    /// The type of a service's `runs`.
    fn runs_type(&mut self, service: &Core, it: &Override) -> Option<Type> {
        let CoreKind::Entity(id) = &service.kind else {
            let message = "`with` needs a service by its own name, so that its fields are known";
            self.report(Diagnostic::error(codes::NO_OVERRIDE, self.span(it.range), message));
            return None;
        };
        let Body::Service(body) = body_of(self.db, id) else { return None };
        self.record_of(body.runs.as_ref()?).map(Type::Record)
    }

    fn record_of(&self, core: &Core) -> Option<DeclId> {
        match &core.kind {
            CoreKind::Record(id, _) => Some(id.clone()),
            CoreKind::Global(id) => match signature_of(self.db, id) {
                Signature::Let(Type::Record(id)) => Some(id.clone()),
                _ => None,
            },
            CoreKind::Call(id, _) => match signature_of(self.db, id) {
                Signature::Callable { result: Type::Record(id), .. } => Some(id.clone()),
                _ => None,
            },
            CoreKind::If(_, then, _) => self.record_of(then),
            _ => None,
        }
    }

    fn field_type(&mut self, ty: &Type, field: &Name) -> Option<Type> {
        let slots = match ty {
            Type::Record(id) => match signature_of(self.db, id) {
                Signature::Record { fields, .. } => fields.as_slice(),
                _ => return None,
            },
            _ => &[],
        };
        let found = slots.iter().find(|slot| slot.name == field.text).map(|slot| slot.ty.clone());
        if let (Some(_), Type::Record(id)) = (&found, ty) {
            self.note(field.range, || Meaning::Part(Whose::of(id), field.text.clone()));
        }
        if found.is_none() {
            let at = self.span(field.range);
            let words: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
            let message = format!("{} has no field `{}`", ty, field.text);
            self.report(suggest(Diagnostic::error(codes::UNKNOWN_FIELD, at, message), at, &field.text, &words));
        }
        found
    }
}

fn written(name: &Name, fields: &[Name]) -> SmolStr {
    fields.iter().fold(name.text.clone(), |text, field| format_smolstr!("{text}.{}", field.text))
}
