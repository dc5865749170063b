//! Objectives: of each metric the share that must be good, over a period.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Objective, Slo};

use super::Elaborator;
use crate::core::{Body, ObjectiveBody, SloBody};
use crate::model::MetricKind;
use crate::queries::source::Kind;
use crate::types::Type;

impl Elaborator<'_> {
    pub(super) fn slo(&mut self, slo: &Slo) -> Body {
        let service = self.declared(&slo.service, Kind::Service);
        if slo.objectives.is_empty() {
            if !slo.incomplete {
                let message = format!("`{}` says nothing that must be kept", slo.name.text);
                let diagnostic = Diagnostic::error(codes::MISSING_CLAUSE, self.span(slo.name.range), message);
                self.report(diagnostic.help("write `METRIC keep 99.9% good over 30d`"));
            }
            return Body::Nothing;
        }
        for (at, objective) in slo.objectives.iter().enumerate() {
            let first = slo.objectives[..at].iter().find(|first| first.metric.text == objective.metric.text);
            if let Some(first) = first {
                let message = format!("`{}` is promised twice", objective.metric.text);
                let diagnostic = Diagnostic::error(codes::DUPLICATE_FIELD, self.span(objective.range), message)
                    .also(self.span(first.range), "the first")
                    .help("keep one of them, or declare another `slo` for it");
                self.report(diagnostic);
            }
        }
        let objectives: Option<Vec<_>> = slo.objectives.iter().map(|it| self.objective(it)).collect();
        match (service, objectives) {
            (Some(service), Some(objectives)) => Body::Slo(SloBody { service: service.name, objectives }),
            _ => Body::Nothing,
        }
    }

    fn objective(&mut self, objective: &Objective) -> Option<ObjectiveBody> {
        let metric = self.declared(&objective.metric, Kind::Metric);
        let target = self.expect(&objective.target, &Type::Ratio, "the share that must be good");
        let under = objective.under.as_ref().map(|under| self.expect(under, &Type::Duration, "`under`"));
        let period = self.expect(&objective.period, &Type::Duration, "the period");
        let metric = metric?;
        let kind = self.metric_kind_of(&metric)?;
        let wanted = match (kind, under.is_some()) {
            (MetricKind::Ratio, false) | (MetricKind::Distribution, true) => None,
            (MetricKind::Ratio, true) => Some("a Ratio is kept `good`: `keep 99.9% good over 30d`"),
            (MetricKind::Distribution, false) => {
                Some("a Distribution is kept under a time: `keep 99% under 300ms over 30d`")
            }
            (MetricKind::Mean | MetricKind::Gauge | MetricKind::Counter, _) => {
                Some("an objective is about a Ratio or a Distribution: a share of requests")
            }
        };
        if let Some(wanted) = wanted {
            let message = format!("`{}` is a {}: {wanted}", metric.name, kind.word());
            self.report(Diagnostic::error(codes::NOT_COMPARABLE, self.span(objective.range), message));
            return None;
        }
        Some(ObjectiveBody { metric, target, under, period })
    }
}
