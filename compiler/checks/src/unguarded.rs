//! P2: in a protected environment no traffic moves unwatched.

use diagnostics::{Diagnostic, codes};
use semantics::units::percent_text;

use crate::places::Places;

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    // An emergency may skip its gates, and says so in its first word; it is approved all the same.
    let protected = places.rollouts.iter().filter(|rollout| rollout.environment.protected && !places.emergency);
    protected
        .filter_map(|rollout| {
            let stages = rollout.strategy.stages.iter();
            let bare = stages
                .clone()
                .find(|stage| stage.guard.is_none() && (!stage.weight.is_zero() || stage.mirror.is_some()))?;
            let name = &rollout.environment.name;
            let weight = percent_text(bare.weight);
            let message = format!("`{name}` is protected, but the stage at {weight} is not guarded");
            let diagnostic = Diagnostic::error(codes::UNGUARDED, rollout.strategy.span, message)
                .also(rollout.environment.span, "protected here")
                .also(bare.span, "this stage has no `while`")
                .help("guard it: `while` and a gate");
            Some(diagnostic)
        })
        .collect()
}
