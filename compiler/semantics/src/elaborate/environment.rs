//! Environments: providers by role, and what is bound for each service.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Bind, Environment, EnvironmentEntry, Expr, ExprKind, Field, Range};

use super::Elaborator;
use super::names::suggest;
use crate::core::{BindBody, Body, Core, CoreKind, DatabaseBindBody, EnvironmentBody, ProviderBody};
use crate::queries::scope::{Target, lookup};
use crate::queries::signature::Provider;
use crate::queries::source::Kind;
use crate::types::Type;

/// The providers that an environment binds.
const ROLES: [&str; 3] = ["compute", "traffic", "metrics"];

impl Elaborator<'_> {
    pub(super) fn environment(&mut self, environment: &Environment, damaged: bool) -> Body {
        let before = self.diagnostics.len();
        let extends = environment.extends.as_ref().and_then(|base| self.declared(base, Kind::Environment));
        let mut body = EnvironmentBody {
            extends,
            incomplete: damaged,
            protected: false,
            providers: Vec::new(),
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
        if !ROLES.contains(&role.as_str()) {
            return self.unknown_field(field, &environment.name.text, &ROLES);
        }
        if let Some((config, provider)) = self.provided(field, role) {
            let span = self.span(field.range);
            let Provider { name: provider, shared, .. } = provider;
            body.providers.push(ProviderBody { role: role.clone(), provider, span, config, shared });
        } else {
            body.incomplete = true;
        }
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
