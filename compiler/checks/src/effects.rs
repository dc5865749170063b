//! P5: after a crash an action can be asked what it says it can be asked.

use diagnostics::{Diagnostic, Span, codes};
use semantics::model::{EffectClass, Run};
use semantics::value::Value;

use crate::places::Places;

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    places.runs.iter().filter_map(|(step, run)| probed(step.span, run)).collect()
}

fn probed(at: Span, run: &Run) -> Option<Diagnostic> {
    let Value::Record(_, fields) = &run.config else { return None };
    if run.class != EffectClass::Probeable || fields.get("probe").is_some_and(|probe| *probe != Value::None) {
        return None;
    }
    let message = format!("`{}` is `probeable`, but nothing tells whether it took effect", run.action);
    let diagnostic = Diagnostic::error(codes::NO_PROBE, at, message)
        .also(run.declared, "declared here without a `probe`")
        .help("give its record a `probe`, or declare the action `once` or `idempotent`");
    Some(diagnostic)
}
