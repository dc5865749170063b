//! P2: in a protected environment no traffic moves unwatched.

use diagnostics::{Diagnostic, codes};
use semantics::model::Rollout;
use semantics::units::percent_text;

use crate::places::Places;

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    // An emergency may skip its gates, and says so in its first word; it is approved all the same.
    let protected = places.staged().filter(|rollout| rollout.environment.protected && !places.emergency);
    protected.filter_map(unguarded).collect()
}

fn unguarded(rollout: &Rollout) -> Option<Diagnostic> {
    let stages = &rollout.strategy.stages;
    let bare =
        stages.iter().find(|stage| stage.guard.is_none() && (!stage.weight.is_zero() || stage.mirror.is_some()))?;
    let what = match bare.mirror {
        Some(share) => format!("copying {} of the requests", percent_text(share)),
        None => format!("the stage at {}", percent_text(bare.weight)),
    };
    let message = format!("`{}` is protected, but {what} is not guarded", rollout.environment.name);
    let at = rollout.strategy.span;
    let diagnostic = Diagnostic::error(codes::UNGUARDED, at, message).also(rollout.environment.span, "protected here");
    // A step without a strategy is its only stage.
    if bare.span == at {
        let help = if bare.mirror.is_some() { "`while` and a gate" } else { "raise it `using` a strategy with guards" };
        return Some(diagnostic.help(format!("guard it: {help}")));
    }
    Some(diagnostic.also(bare.span, "this stage has no `while`").help("guard it: `while` and a gate"))
}
