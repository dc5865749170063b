//! The exceptions that a plan stands under, put into it.

use diagnostics::Span;
use plan::{Acceptance, Draft, Place};
use semantics::model;

/// The plan with the exceptions without which a proof or policy would have refused it. Its digest covers them: who
/// approves the plan approves them.
#[must_use]
pub fn with_acceptances(draft: Draft, accepted: &[model::Acceptance], places: &dyn Fn(Span) -> Place) -> Draft {
    let Draft { mut body, mut source_map } = draft;
    for (index, it) in accepted.iter().enumerate() {
        source_map.insert(format!("accept:{index}"), places(it.span));
        body.acceptances.push(Acceptance {
            proof: it.proof.name().to_owned(),
            because: it.because.to_string(),
            until: it.until.to_string(),
        });
    }
    Draft { body, source_map }
}
