//! P2: what a gate looks at fits into the time that it has.

use diagnostics::{Diagnostic, Span, codes};
use semantics::model::{Bound, Gate};
use semantics::units::duration_text;

use crate::places::{Places, used};

/// An extension this many times as long as the hold is more likely a slip than a wish.
const EXTENSION_TIMES: i64 = 10;

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    let stages = places.guarded().flat_map(|(rollout, stage, gate)| {
        fits(gate, stage.hold_ms, stage.span, "hold for").into_iter().map(|it| used(it, rollout))
    });
    let checks =
        places.checks.iter().flat_map(|(step, check)| fits(&check.gate, check.over_ms, step.span, "look over"));
    stages.chain(checks).collect()
}

/// `verb` is how more time is asked for.
fn fits(gate: &Gate, hold_ms: i64, at: Span, verb: &str) -> Vec<Diagnostic> {
    // Without a hold there is nothing to compare; that is another finding.
    if hold_ms == 0 {
        return Vec::new();
    }
    let hold = duration_text(hold_ms);
    let mut found = Vec::new();
    for condition in &gate.conditions {
        if let Bound::Burn { window_ms, .. } = &condition.bound
            && *window_ms > hold_ms
        {
            let window = duration_text(*window_ms);
            let message = format!("`{}` looks back {window}, but is asked for {hold} only", gate.name);
            let diagnostic = Diagnostic::error(codes::WINDOW_TOO_LONG, at, message)
                .also(condition.span, format!("a window of {window}"))
                .help(format!("{verb} at least {window}, or let the gate look back at most {hold}"));
            found.push(diagnostic);
        }
    }
    if gate.warm_up_ms >= hold_ms {
        let warm_up = duration_text(gate.warm_up_ms);
        let message = format!("`{}` warms up for {warm_up} of a hold of {hold}: nothing is left to count", gate.name);
        let diagnostic = Diagnostic::error(codes::WARM_UP_TOO_LONG, at, message)
            .also(gate.span, "the gate")
            .help(format!("{verb} longer than {warm_up}"));
        found.push(diagnostic);
    }
    if gate.inconclusive.extend_ms > hold_ms.saturating_mul(EXTENSION_TIMES) {
        let extension = duration_text(gate.inconclusive.extend_ms);
        let message = format!("`{}` may extend a hold of {hold} by {extension}", gate.name);
        let diagnostic = Diagnostic::warning(codes::LONG_EXTENSION, at, message)
            .also(gate.span, "the gate")
            .help(format!("{verb} longer, or extend by less"));
        found.push(diagnostic);
    }
    found
}
