//! P2: what a stage says of instances and users goes together.

use diagnostics::{Diagnostic, codes};
use rust_decimal::Decimal;
use semantics::model::{Rollout, Stage};

use crate::places::{Places, replicas, used};

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    let stages = places.rollouts.iter().flat_map(|rollout| rollout.strategy.stages.iter().map(move |it| (rollout, it)));
    stages.filter_map(|(rollout, stage)| contradiction(rollout, stage).or_else(|| no_batch(rollout, stage))).collect()
}

fn contradiction(rollout: &Rollout, stage: &Stage) -> Option<Diagnostic> {
    let in_place = stage.surge.is_some() || stage.unavailable.is_some();
    let (message, help) = if stage.after_stop && stage.weight != Decimal::ONE {
        ("the old release is stopped first, so nothing is left for the rest of the traffic", "give the stage 100%")
    } else if stage.after_stop && in_place {
        ("instances are replaced in batches, or the old release is stopped first, not both", "keep one of them")
    } else if stage.mirror.is_some() && (stage.cohort.is_some() || stage.sticky.is_some()) {
        ("copies are of any request: nobody sees their answers, so no user is kept on a side", "take the clause out")
    } else if stage.mirror.is_some() && (in_place || stage.after_stop || stage.keeping.is_some()) {
        ("while copies are sent the old release serves everybody, so nothing of it can go", "take the clause out")
    } else {
        return None;
    };
    Some(used(Diagnostic::error(codes::STAGE_CONTRADICTS, stage.span, message).help(help), rollout))
}

/// Whether neither one more nor one fewer is allowed.
fn no_batch(rollout: &Rollout, stage: &Stage) -> Option<Diagnostic> {
    if stage.surge.is_none() && stage.unavailable.is_none() {
        return None;
    }
    let replicas = replicas(rollout);
    let whole = |share: Option<Decimal>| share.is_some_and(|share| share * replicas >= Decimal::ONE);
    if whole(stage.surge) || whole(stage.unavailable) {
        return None;
    }
    let message = format!("of {replicas} replicas nothing can be replaced within these bounds");
    let diagnostic = Diagnostic::error(codes::NO_BATCH, stage.span, message)
        .note("`surge` and `unavailable` are rounded down, so that neither bound is ever passed")
        .help("allow a larger `surge` or `unavailable`: of either at least one instance");
    Some(used(diagnostic, rollout))
}
