//! The exceptions that a plan stands under, put into it.

use diagnostics::Span;
use plan::{Acceptance, Place, Plan};
use semantics::model;

/// The plan with the exceptions without which a proof or policy would have refused it. Its digest covers them: who
/// approves the plan approves them.
#[must_use]
pub fn with_acceptances(plan: Plan, accepted: &[model::Acceptance], places: &dyn Fn(Span) -> Place) -> Plan {
    if accepted.is_empty() {
        return plan;
    }
    let Plan { mut body, mut source_map, .. } = plan;
    for (index, it) in accepted.iter().enumerate() {
        source_map.insert(format!("accept:{index}"), places(it.span));
        body.acceptances.push(Acceptance {
            proof: it.proof.name().to_owned(),
            because: it.because.to_string(),
            until: it.until.to_string(),
        });
    }
    Plan::new(body, source_map)
}
