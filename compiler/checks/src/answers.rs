//! P9: where a gate is asked, somebody counts the answers.

use diagnostics::{Diagnostic, Span, codes};
use semantics::model::{Environment, Gate};

use crate::places::Places;

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    // One gate of a rollout stands for all: the environment is what they lack.
    let staged = places.staged().filter_map(|rollout| {
        let gate = rollout.strategy.stages.iter().find_map(|stage| stage.guard.as_ref())?;
        counted(gate, &rollout.environment, rollout.strategy.span)
    });
    let checks = places.checks.iter().filter_map(|(step, check)| counted(&check.gate, &check.environment, step.span));
    staged.chain(checks).collect()
}

fn counted(gate: &Gate, environment: &Environment, at: Span) -> Option<Diagnostic> {
    if environment.metrics.is_some() || environment.traffic.is_some() {
        return None;
    }
    let message = format!("gate `{}` has no answers in `{}`", gate.name, environment.name);
    let diagnostic = Diagnostic::error(codes::NO_METRICS, at, message)
        .also(environment.span, "neither `metrics` nor `traffic` is bound here")
        .also(gate.span, "the gate")
        .help("bind what counts the requests: `traffic = Proxy { listen = … }`");
    Some(diagnostic)
}
