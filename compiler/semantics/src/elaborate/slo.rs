//! Objectives: one metric, the share that must be good, over a period.

use diagnostics::{Diagnostic, codes};
use syntax::ast::Slo;

use super::Elaborator;
use crate::core::{Body, SloBody};
use crate::queries::source::Kind;
use crate::types::Type;

impl Elaborator<'_> {
    pub(super) fn slo(&mut self, slo: &Slo) -> Body {
        let service = self.declared(&slo.service, Kind::Service);
        let Some((objective, more)) = slo.objectives.split_first() else {
            if !slo.incomplete {
                let message = format!("`{}` says nothing that must be kept", slo.name.text);
                let diagnostic = Diagnostic::error(codes::MISSING_CLAUSE, self.span(slo.name.range), message);
                self.report(diagnostic.help("write `METRIC keep 99.9% good over 30d`"));
            }
            return Body::Nothing;
        };
        if let Some(second) = more.first() {
            let message = "an objective is about one metric";
            let diagnostic = Diagnostic::error(codes::DUPLICATE_FIELD, self.span(second.range), message)
                .also(self.span(objective.range), "the first")
                .help("declare another `slo` for it");
            self.report(diagnostic);
        }
        let metric = self.declared(&objective.metric, Kind::Metric);
        let target = self.expect(&objective.target, &Type::Ratio, "the share that must be good");
        let period = self.expect(&objective.period, &Type::Duration, "the period");
        match (service, metric) {
            (Some(service), Some(metric)) => Body::Slo(SloBody { service: service.name, metric, target, period }),
            _ => Body::Nothing,
        }
    }
}
