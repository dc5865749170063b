//! Services: declarations whose fields the compiler knows.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Field, Fields, Service};

use super::Elaborator;
use super::known_fields::SERVICE;
use crate::core::{Body, Core, ServiceBody};
use crate::queries::signature::{Provider, Signature, signature_of};
use crate::types::{DeclId, Type};

/// Where artifacts come from.
const ARTIFACT: &str = "std.process.Artifact";

/// The union of that full name in the standard library.
pub(super) fn library_union(full: &str) -> Type {
    Type::Union(DeclId::of_full(full))
}

impl Elaborator<'_> {
    pub(super) fn service(&mut self, service: &Service) -> Body {
        let runbook = self.runbook(service.runbook.as_ref());
        let mut body =
            ServiceBody { id: None, artifact: None, runs: None, provider: None, runbook, contract: Vec::new() };
        let before = self.diagnostics.len();
        for field in self.once(&service.fields) {
            match field.name.text.as_str() {
                "id" => body.id = Some(self.expect(&field.value, &Type::String, "`id`")),
                "artifact" => {
                    body.artifact = Some(self.expect(&field.value, &library_union(ARTIFACT), "`artifact`"));
                }
                "runs" => {
                    if let Some((config, provider)) = self.provided(field, "runs") {
                        (body.runs, body.provider) = (Some(config), Some(provider.name));
                    }
                }
                "runbook" => self.runbook_as_field(field, service),
                _ => self.unknown_field(field, &service.name.text, &SERVICE),
            }
        }
        if self.diagnostics.len() == before {
            self.mandatory(&service.name, &service.fields, &["artifact", "runs"]);
        }
        body.contract = self.contract(&service.contract);
        Body::Service(body)
    }

    pub(super) fn mandatory(&mut self, owner: &syntax::ast::Name, fields: &Fields, names: &[&str]) {
        let missing = names.iter().filter(|name| fields.get(name).is_none());
        let missing: Vec<(&str, Type)> = missing.map(|name| (*name, type_of(name))).collect();
        if !missing.is_empty() && !fields.incomplete {
            self.missing_fields(self.span(owner.range), &owner.text, fields, &missing);
        }
    }

    /// A record whose type says which provider carries it out in `role`.
    pub(super) fn provided(&mut self, field: &Field, role: &str) -> Option<(Core, Provider)> {
        let (config, ty) = self.infer(&field.value);
        let Type::Record(id) = &ty else {
            if !ty.is_error() {
                let message =
                    format!("`{}` needs a provider's record, but this is {}", field.name.text, ty.with_article());
                self.report(Diagnostic::error(codes::TYPE_MISMATCH, config.span, message));
            }
            return None;
        };
        match signature_of(self.db, id) {
            Signature::Record { provider: Some(provider), .. } if provider.roles.iter().any(|known| known == role) => {
                Some((config, provider.clone()))
            }
            Signature::Record { .. } => {
                let message = format!("{} cannot be used for `{}`", id.name, field.name.text);
                let diagnostic = Diagnostic::error(codes::NOT_A_PROVIDER, config.span, message)
                    .note(format!("its type is not declared with `@provider(…, roles = [\"{role}\"])`"));
                self.report(diagnostic);
                None
            }
            _ => None,
        }
    }
}

/// The type of a field that must be given; none for what only a provider's record or a query can be.
fn type_of(mandatory: &str) -> Type {
    if mandatory == "artifact" { library_union(ARTIFACT) } else { Type::Error }
}
