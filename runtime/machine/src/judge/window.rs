//! The window between two samples: whether it can be counted, and what is in it.

use std::collections::BTreeMap;

use plan::{Arm, ReleaseId};

use crate::ports::provider::{Reading, Sample};
use crate::reading::MetricReading;
use crate::sampling::sound;

/// What was counted in a window, and how gauges stood at its ends.
pub(super) struct Window {
    /// By release.
    pub(super) releases: BTreeMap<ReleaseId, Reading>,
    /// Of arms that are no release of their own.
    pub(super) arms: BTreeMap<Arm, Reading>,
}

/// Whether the window from one sample to another can be counted: nothing began again, nothing ran backwards, and nothing is
/// counted now that was not counted when it began, because all that was before would be taken for what is in it.
pub(super) fn is_before(baseline: &Sample, now: &Sample) -> bool {
    baseline.incarnation == now.incarnation
        && sound(baseline.clone()).is_ok()
        && grew(&baseline.releases, &now.releases)
        && now.arms.iter().filter(|(arm, _)| grows(**arm)).all(|(arm, after)| follows(baseline.arms.get(arm), after))
}

/// What was before the rollout is shown whole at every look, and is in no window of it.
fn grows(arm: Arm) -> bool {
    match arm {
        Arm::Previous => false,
        Arm::Canary | Arm::Stable | Arm::Baseline | Arm::Shadow | Arm::Service => true,
    }
}

fn grew(before: &BTreeMap<ReleaseId, Reading>, now: &BTreeMap<ReleaseId, Reading>) -> bool {
    now.iter().all(|(release, after)| follows(before.get(release), after))
}

fn follows(before: Option<&Reading>, now: &Reading) -> bool {
    let Some(before) = before else { return false };
    let grew = |(name, after): (&String, &MetricReading)| before.metrics.get(name).is_some_and(|it| after.follows(it));
    now.requests >= before.requests && now.metrics.iter().all(grew)
}

impl Window {
    /// What lies between two samples of which one follows the other.
    pub(super) fn between(baseline: &Sample, now: &Sample) -> Self {
        let release =
            |(id, after): (&ReleaseId, &Reading)| Some((id.clone(), since(baseline.releases.get(id)?, after)));
        let arm = |(arm, after): (&Arm, &Reading)| {
            let own = if grows(*arm) { since(baseline.arms.get(arm)?, after) } else { after.clone() };
            Some((*arm, own))
        };
        Self {
            releases: now.releases.iter().filter_map(release).collect(),
            arms: now.arms.iter().filter_map(arm).collect(),
        }
    }
}

fn since(before: &Reading, now: &Reading) -> Reading {
    let both = now.metrics.iter().filter_map(|(name, after)| Some((name, after.since(before.metrics.get(name)?)?)));
    Reading {
        requests: now.requests.saturating_sub(before.requests),
        metrics: both.map(|(name, reading)| (name.clone(), reading)).collect(),
    }
}
