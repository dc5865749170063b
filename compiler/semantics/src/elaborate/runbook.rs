//! Links to what to read when something goes wrong.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Expr, Field, Service};

use super::Elaborator;
use crate::core::Core;
use crate::types::Type;

impl Elaborator<'_> {
    /// `runbook "…"` behind whatever it is about.
    pub(super) fn runbook(&mut self, url: Option<&Expr>) -> Option<Core> {
        url.map(|url| self.expect(url, &Type::String, "`runbook`"))
    }

    /// One that was written as a field.
    pub(super) fn runbook_as_field(&mut self, field: &Field, service: &Service) {
        let message = "a runbook is no field";
        let help = format!("write it before the brace: `service {} runbook \"https://…\" {{ … }}`", service.name.text);
        self.report(Diagnostic::error(codes::UNKNOWN_FIELD, self.span(field.range), message).help(help));
    }
}
