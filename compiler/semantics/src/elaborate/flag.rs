//! Flags: what they must say, so that somebody removes them.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{ExprKind, Field, Flag, Name};

use super::Elaborator;
use super::known_fields::FLAG;
use super::names::listed;
use crate::core::{Body, FlagBody};
use crate::queries::source::Kind;
use crate::types::{DeclId, Type};

impl Elaborator<'_> {
    pub(super) fn flag(&mut self, flag: &Flag) -> Body {
        let mut body = FlagBody { id: None, owner: None, expires: None, service: None, default: None, cohorts: None };
        let before = self.diagnostics.len();
        for field in self.once(&flag.fields) {
            let value = &field.value;
            match field.name.text.as_str() {
                "id" => body.id = Some(self.expect(value, &Type::String, "`id`")),
                "owner" => body.owner = Some(self.expect(value, &Type::String, "`owner`")),
                "expires" => body.expires = Some(self.expect(value, &Type::Date, "`expires`")),
                "service" => body.service = self.flagged(field),
                "default" => body.default = Some(self.expect(value, &Type::Bool, "`default`")),
                "cohorts" => {
                    let list = Type::List(Box::new(Type::String));
                    body.cohorts = Some(self.expect(value, &list, "`cohorts`"));
                }
                _ => self.unknown_field(field, &flag.name.text, &FLAG),
            }
        }
        if self.diagnostics.len() == before && !flag.fields.incomplete {
            self.owed(flag);
        }
        Body::Flag(body)
    }

    /// The service whose code reads the flag.
    fn flagged(&mut self, field: &Field) -> Option<DeclId> {
        let ExprKind::Name(word) = &field.value.kind else {
            if !matches!(field.value.kind, ExprKind::Error) {
                let at = self.span(field.value.range);
                self.report(Diagnostic::error(codes::WRONG_KIND, at, "`service` needs the name of a service"));
            }
            return None;
        };
        self.declared(&Name { text: word.clone(), range: field.value.range }, Kind::Service)
    }

    /// A flag that nobody owns and nothing ends is there for ever.
    fn owed(&mut self, flag: &Flag) {
        let wanted = ["owner", "expires", "service"];
        let missing: Vec<&str> = wanted.into_iter().filter(|name| flag.fields.get(name).is_none()).collect();
        if missing.is_empty() {
            return;
        }
        let message = format!("flag `{}` does not say {}", flag.name.text, listed(&missing));
        let diagnostic = Diagnostic::error(codes::FLAG_WITHOUT_OWNER, self.span(flag.name.range), message)
            .note("a flag that nobody owns and nothing ends is never removed")
            .help("say who removes it and by when: `owner = \"checkout team\"`, `expires = 2027-03-31`");
        self.report(diagnostic);
    }
}
