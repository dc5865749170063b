//! Environments: providers by role, and what is bound for each service.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Bind, Environment, EnvironmentEntry, Expr, ExprKind, Field, Range};

use super::Elaborator;
use super::entity::library_union;
use super::known_fields::ENVIRONMENT;
use super::names::suggest;
use crate::core::{BindBody, Body, Core, CoreKind, DatabaseBindBody, EnvironmentBody, ProviderBody};
use crate::queries::scope::{Target, lookup};
use crate::queries::signature::Provider;
use crate::queries::source::Kind;
use crate::types::Type;

/// The providers that an environment binds.
const ROLES: [&str; 5] = ["compute", "traffic", "metrics", "alerts", "secrets"];
/// What is done about drift.
const DRIFT: &str = "std.environment.Drift";

impl Elaborator<'_> {
    pub(super) fn environment(&mut self, environment: &Environment, damaged: bool) -> Body {
        let before = self.diagnostics.len();
        let extends = environment.extends.as_ref().and_then(|base| self.declared(base, Kind::Environment));
        let mut body = EnvironmentBody {
            extends,
            incomplete: damaged,
            protected: false,
            drift: None,
            providers: Vec::new(),
            channels: None,
            windows: None,
            freezes: None,
            binds: Vec::new(),
            databases: Vec::new(),
        };
        let mut seen: Vec<(&Field, Range)> = Vec::new();
        for entry in &environment.entries {
            match entry {
                EnvironmentEntry::Accept(_) => {}
                EnvironmentEntry::Protected(_) => body.protected = true,
                EnvironmentEntry::Error(_) => body.incomplete = true,
                EnvironmentEntry::Bind(bind) => self.bind(&mut body, bind),
                EnvironmentEntry::Field(field) => {
                    if self.repeated(&seen, field) {
                        continue;
                    }
                    seen.push((field, field.name.range));
                    self.environment_field(&mut body, environment, field);
                }
            }
        }
        body.incomplete |= self.diagnostics.len() > before || (environment.extends.is_some() && body.extends.is_none());
        Body::Environment(body)
    }

    fn repeated(&mut self, seen: &[(&Field, Range)], field: &Field) -> bool {
        let first = seen.iter().find(|(first, _)| first.name.text == field.name.text);
        let Some((_, first)) = first else { return false };
        let diagnostic = Diagnostic::error(
            codes::DUPLICATE_FIELD,
            self.span(field.name.range),
            format!("`{}` is given twice", field.name.text),
        );
        let diagnostic = diagnostic.label("the second").also(self.span(*first), "the first");
        self.report(diagnostic);
        true
    }

    fn environment_field(&mut self, body: &mut EnvironmentBody, environment: &Environment, field: &Field) {
        let role = &field.name.text;
        match role.as_str() {
            "window" => return body.windows = self.one_or_more(&field.value, Type::Window, "`window`"),
            "freeze" => return body.freezes = self.one_or_more(&field.value, Type::Freeze, "`freeze`"),
            "notify" => return body.channels = Some(self.channels(&field.value)),
            "drift" => return body.drift = Some(self.expect(&field.value, &library_union(DRIFT), "`drift`")),
            _ => {}
        }
        if !ROLES.contains(&role.as_str()) {
            return self.unknown_field(field, &environment.name.text, &ENVIRONMENT);
        }
        if let Some((config, provider)) = self.provided(field, role) {
            let span = self.span(field.range);
            let Provider { name: provider, roles, shared, finest } = provider;
            body.providers.push(ProviderBody { role: role.clone(), provider, span, config, roles, shared, finest });
        } else {
            body.incomplete = true;
        }
    }

    /// A value of the type, or a list of them; always a list.
    fn one_or_more(&mut self, value: &Expr, ty: Type, what: &str) -> Option<Core> {
        let list = Type::List(Box::new(ty.clone()));
        if matches!(value.kind, ExprKind::List(_)) {
            return Some(self.expect(value, &list, what));
        }
        let (core, actual) = self.infer(value);
        if self.fits(&actual, &list) {
            return Some(core);
        }
        if self.fits(&actual, &ty) {
            return Some(Core::new(core.span, CoreKind::List(vec![core])));
        }
        let mismatch = self.mismatch(core.span, &actual, &ty, what);
        self.report(mismatch);
        None
    }

    fn bind(&mut self, body: &mut EnvironmentBody, bind: &Bind) {
        if let Some(Target::Declared(_, Kind::Database)) = lookup(self.db, self.file, &bind.target.text) {
            return self.bind_database(body, bind);
        }
        let service = self.declared(&bind.target, Kind::Service);
        let span = self.span(bind.target.range);
        if let Some(first) = body.binds.iter().find(|first| first.service == bind.target.text) {
            let message = format!("`{}` is bound twice", bind.target.text);
            let diagnostic = Diagnostic::error(codes::DUPLICATE_FIELD, span, message);
            return self.report(diagnostic.label("the second").also(first.span, "the first"));
        }
        let (mut replicas, mut traffic) = (None, None);
        for field in self.once(&bind.fields) {
            match field.name.text.as_str() {
                "replicas" => replicas = Some(self.expect(&field.value, &Type::Int, "`replicas`")),
                "traffic" => traffic = Some(self.traffic(&field.value)),
                name => {
                    let at = self.span(field.name.range);
                    let words = ["replicas", "traffic"];
                    let message = format!("a service has no `{name}` to bind");
                    self.report(suggest(Diagnostic::error(codes::UNKNOWN_FIELD, at, message), at, name, &words));
                }
            }
        }
        if let Some(service) = service {
            body.binds.push(BindBody { service: service.name, span, replicas, traffic });
        }
    }

    /// `bind ledger { url = secret("…") }`
    fn bind_database(&mut self, body: &mut EnvironmentBody, bind: &Bind) {
        let database = self.declared(&bind.target, Kind::Database);
        let span = self.span(bind.target.range);
        if let Some(first) = body.databases.iter().find(|first| first.database == bind.target.text) {
            let message = format!("`{}` is bound twice", bind.target.text);
            let diagnostic = Diagnostic::error(codes::DUPLICATE_FIELD, span, message);
            return self.report(diagnostic.label("the second").also(first.span, "the first"));
        }
        let mut url = None;
        for field in self.once(&bind.fields) {
            match field.name.text.as_str() {
                "url" => url = Some(self.expect(&field.value, &Type::Secret(Box::new(Type::String)), "`url`")),
                name => {
                    let at = self.span(field.name.range);
                    let message = format!("a database has no `{name}` to bind");
                    self.report(suggest(Diagnostic::error(codes::UNKNOWN_FIELD, at, message), at, name, &["url"]));
                }
            }
        }
        if let (Some(database), Some(url)) = (database, url) {
            body.databases.push(DatabaseBindBody { database: database.name, span, url });
        }
    }

    /// A range of rates; one rate is a range of itself.
    fn traffic(&mut self, value: &Expr) -> Core {
        match &value.kind {
            ExprKind::Interval(..) => self.expect(value, &Type::Range(Box::new(Type::Rate)), "`traffic`"),
            _ => {
                let rate = self.expect(value, &Type::Rate, "`traffic`");
                Core::new(rate.span, CoreKind::Range(Box::new(rate.clone()), Box::new(rate)))
            }
        }
    }
}
