//! P2: weights rise to 100 %, and there are instances for the traffic on both sides.

use diagnostics::{Diagnostic, codes};
use rust_decimal::Decimal;
use semantics::model::{Instances, Rollout, Stage};
use semantics::units::percent_text;

use crate::places::{Places, bind, replicas, used};

pub(crate) fn check(places: &Places<'_>) -> Vec<Diagnostic> {
    let rollouts = places.rollouts.iter().flat_map(|rollout| rollout_stages(rollout));
    rollouts.chain(places.asides.iter().flat_map(shares)).collect()
}

fn rollout_stages(rollout: &Rollout) -> Vec<Diagnostic> {
    let stages = rollout.strategy.stages.iter();
    let each = stages.flat_map(|stage| [served(rollout, stage), kept(rollout, stage)]);
    shares(rollout).into_iter().chain(each.flatten()).chain(ends_full(rollout)).collect()
}

/// They rise, and are no finer than what can be shared.
fn shares(rollout: &Rollout) -> Vec<Diagnostic> {
    let stages = &rollout.strategy.stages;
    let rising = stages.iter().enumerate().filter_map(|(at, after)| {
        let before = stages[..at].iter().rev().find(|before| before.cohort == after.cohort)?;
        rises(rollout, before, after)
    });
    let fine = stages.iter().filter_map(|stage| fine(rollout, stage).or_else(|| routed(rollout, stage)));
    rising.chain(fine).collect()
}

fn rises(rollout: &Rollout, before: &Stage, after: &Stage) -> Option<Diagnostic> {
    // Copies are no traffic.
    if before.mirror.is_some() || after.mirror.is_some() {
        return None;
    }
    let same_instances = before.instances == after.instances && before.keeping == after.keeping;
    if after.weight > before.weight || (after.weight == before.weight && !same_instances) {
        return None;
    }
    let (weight, was) = (percent_text(after.weight), percent_text(before.weight));
    let message = format!("the weight does not rise: {weight} after {was}");
    let mut diagnostic = Diagnostic::error(codes::WEIGHTS_DO_NOT_RISE, after.span, message);
    if before.span != after.span {
        diagnostic = diagnostic.also(before.span, format!("{was} here"));
    }
    let diagnostic =
        diagnostic.help("every stage carries more traffic than the one before it; going back is a rollback");
    Some(used(diagnostic, rollout))
}

fn ends_full(rollout: &Rollout) -> Option<Diagnostic> {
    let last = match rollout.strategy.stages.last() {
        Some(last) if last.weight == Decimal::ONE && last.cohort.is_none() => return None,
        Some(last) => last,
        None => {
            let message = format!("`{}` has no stages with these arguments", rollout.strategy.name);
            return Some(Diagnostic::error(codes::NOT_TO_FULL, rollout.strategy.span, message));
        }
    };
    let part = if last.cohort.is_some() { " of a part of the users" } else { "" };
    let weight = percent_text(last.weight);
    let message = format!("`{}` ends at {weight}{part}, not at 100%", rollout.strategy.name);
    let diagnostic = Diagnostic::error(codes::NOT_TO_FULL, last.span, message)
        .note("after the last stage the old release is gone: it must carry no traffic")
        .help("add a last stage: `100%`");
    Some(used(diagnostic, rollout))
}

fn fine(rollout: &Rollout, stage: &Stage) -> Option<Diagnostic> {
    if plan::quantity::Share::from_ratio(stage.weight).is_some() {
        return None;
    }
    let message = format!("the weight {} is finer than 0.01%", percent_text(stage.weight));
    let diagnostic =
        Diagnostic::error(codes::WEIGHT_TOO_FINE, stage.span, message).help("traffic is shared in steps of 0.01%");
    Some(used(diagnostic, rollout))
}

/// A share that what divides the traffic cannot give, or cannot leave to the others.
fn routed(rollout: &Rollout, stage: &Stage) -> Option<Diagnostic> {
    let router = rollout.environment.traffic.as_ref()?;
    let finest = router.finest?;
    let share = stage.mirror.unwrap_or(stage.weight);
    let least = share.min(Decimal::ONE - share);
    if least.is_zero() || least >= finest {
        return None;
    }
    let (share, finest) = (percent_text(share), percent_text(finest));
    let message = format!("`{}` divides traffic no finer than {finest}, so nobody gets {share}", router.provider);
    let diagnostic = Diagnostic::error(codes::ROUTER_TOO_COARSE, stage.span, message)
        .also(router.span, "divides the traffic")
        .help(format!("begin at {finest} or more, and leave as much to the old release"));
    Some(used(diagnostic, rollout))
}

fn served(rollout: &Rollout, stage: &Stage) -> Option<Diagnostic> {
    let replicas = replicas(rollout);
    let instances = match stage.instances {
        Instances::ByWeight => return None,
        Instances::Count(count) => Decimal::from(count),
        Instances::Share(share) => (share * replicas).ceil(),
    };
    let needed = (stage.weight * replicas).ceil();
    if instances >= needed {
        return None;
    }
    let message = format!("{instances} of {replicas} instances are too few for {}", percent_text(stage.weight));
    let mut diagnostic = Diagnostic::error(codes::TOO_FEW_INSTANCES, stage.span, message)
        .help(format!("{} of the traffic needs {needed} instances", percent_text(stage.weight)));
    if let Some(bind) = bind(rollout) {
        diagnostic = diagnostic.also(bind.span, format!("{replicas} replicas carry all of the traffic"));
    }
    Some(used(diagnostic, rollout))
}

fn kept(rollout: &Rollout, stage: &Stage) -> Option<Diagnostic> {
    let keeping = stage.keeping?;
    let rest = Decimal::ONE - stage.weight;
    if keeping >= rest {
        return None;
    }
    let message = format!(
        "{} of the old instances are too few for the other {} of the traffic",
        percent_text(keeping),
        percent_text(rest)
    );
    let diagnostic = Diagnostic::error(codes::KEEPS_TOO_FEW, stage.span, message)
        .help(format!("keep at least {} of the replicas", percent_text(rest)));
    Some(used(diagnostic, rollout))
}
