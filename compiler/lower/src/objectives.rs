//! What the users of a plan's services were promised, put into it.

use diagnostics::Span;
use plan::{Draft, Exact, Objective, Place};
use semantics::model::Slo;

/// The plan with the objectives of the services that it rolls out or judges. Its digest covers them: what a rollout may
/// cost is told by them.
#[must_use]
pub fn with_objectives(draft: Draft, slos: &[Slo], places: &dyn Fn(Span) -> Place) -> Draft {
    let Draft { mut body, mut source_map } = draft;
    for slo in slos.iter().filter(|slo| body.services.contains_key(slo.service.as_str())) {
        for objective in &slo.objectives {
            let name = match slo.objectives.as_slice() {
                [_] => slo.name.to_string(),
                _ => format!("{}/{}", slo.name, objective.metric.name),
            };
            source_map.insert(format!("slo:{name}"), places(slo.span));
            let lowered = Objective {
                service: slo.service.to_string(),
                metric: objective.metric.name.to_string(),
                under_ms: objective.under_ms.and_then(|ms| u64::try_from(ms).ok()),
                good: Exact::new(objective.objective),
                period_ms: u64::try_from(objective.period_ms).unwrap_or_default(),
            };
            body.objectives.insert(name, lowered);
        }
    }
    Draft { body, source_map }
}
