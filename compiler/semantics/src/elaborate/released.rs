//! What runs today: which service, where, which release, on what it relies.

use diagnostics::{Diagnostic, codes};
use smol_str::SmolStr;
use syntax::ast::Released;

use super::Elaborator;
use super::known_fields::RELEASED;
use crate::core::{Body, ReleasedBody};
use crate::queries::schema::literal;
use crate::queries::source::Kind;
use crate::types::Type;

impl Elaborator<'_> {
    pub(super) fn released(&mut self, it: &Released) -> Body {
        let service = self.declared(&it.service, Kind::Service);
        let environment = self.declared(&it.environment, Kind::Environment);
        let mut artifact = None;
        for field in self.once(&it.fields) {
            match field.name.text.as_str() {
                "artifact" => artifact = Some(self.expect(&field.value, &Type::Digest, "`artifact`")),
                _ => self.unknown_field(field, &it.service.text, &RELEASED),
            }
        }
        let contract = self.contract(&it.contract);
        let release = self.release_name(it);
        match (service, environment, release) {
            (Some(service), Some(environment), Some(release)) => {
                Body::Released(ReleasedBody { service, environment, release, artifact, contract })
            }
            _ => Body::Nothing,
        }
    }

    fn release_name(&mut self, it: &Released) -> Option<SmolStr> {
        let Some(written) = &it.release else {
            if !it.fields.incomplete {
                let message = format!("which release of `{}` runs is not said", it.service.text);
                let diagnostic = Diagnostic::error(codes::MISSING_CLAUSE, self.span(it.service.range), message);
                self.report(diagnostic.help("write `release \"…\"`, as the runtime names it"));
            }
            return None;
        };
        let text = literal(written).filter(|text| !text.is_empty());
        if text.is_none() {
            let message = "the name of a release is written out";
            self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, self.span(written.range), message));
        }
        text.map(SmolStr::from)
    }
}
