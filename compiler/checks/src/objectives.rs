//! P2: a budget that is guarded is that of the service that could spend it.

use diagnostics::{Diagnostic, Span, codes};
use semantics::model::{Bound, Gate, Service};

use crate::places::{Places, used};

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    let stages = places
        .guarded()
        .filter_map(|(rollout, stage, gate)| other(gate, &rollout.service, stage.span).map(|it| used(it, rollout)));
    let checks = places.checks.iter().filter_map(|(step, check)| other(&check.gate, &check.service, step.span));
    stages.chain(checks).collect()
}

fn other(gate: &Gate, service: &Service, at: Span) -> Option<Diagnostic> {
    gate.conditions.iter().find_map(|condition| {
        let Bound::Burn { slo, .. } = &condition.bound else { return None };
        if slo.service == service.name {
            return None;
        }
        let message = format!("`{}` is about `{}`, not about `{}`", slo.name, slo.service, service.name);
        let diagnostic = Diagnostic::error(codes::OTHER_OBJECTIVE, at, message)
            .also(condition.span, "asked of it here")
            .also(slo.span, "the objective")
            .help(format!("declare an `slo … for {}`, and a gate of it", service.name));
        Some(diagnostic)
    })
}
