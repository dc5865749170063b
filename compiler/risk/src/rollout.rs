//! Each rollout, stage by stage.

use plan::{Plan, Rollout, Work};

use crate::limits;
use crate::report::{RolloutRisk, StageRisk};
use crate::sight::{requests, sights};
use crate::spend::{lets_through, spends};
use crate::stages::Facts;
use crate::way_back;

/// The rollouts of a plan, in the order in which they begin.
pub(crate) fn all(plan: &Plan) -> Vec<RolloutRisk> {
    let begun = plan.body.nodes.iter().filter(|node| matches!(node.work, Work::Begin));
    let keys = begun.filter_map(|node| Some((node.rollout.as_ref()?, plan.source_map.get(&node.id.0))));
    let found = keys.filter_map(|(key, place)| {
        let rollout = plan.body.rollouts.get(key)?;
        Some(RolloutRisk { place: place.cloned(), ..one(plan, key, rollout) })
    });
    found.collect()
}

fn one(plan: &Plan, key: &str, rollout: &Rollout) -> RolloutRisk {
    let stages = Facts::all(plan, key, rollout);
    let back = way_back::of(plan, key, rollout);
    let risks = (0..stages.len()).map(|index| stage(plan, rollout, &stages, index, back.traffic_ms));
    RolloutRisk {
        rollout: key.to_owned(),
        strategy: rollout.strategy.clone(),
        place: None,
        traffic: rollout.traffic,
        stages: risks.collect(),
        limits: limits::of(plan, rollout, &stages, back.traffic_ms),
        lets_through: lets_through(plan, &rollout.service, &stages),
        back,
    }
}

fn stage(plan: &Plan, rollout: &Rollout, stages: &[Facts<'_>], index: usize, back_ms: u64) -> StageRisk {
    let facts = &stages[index];
    let during = |rate: plan::Exact| requests(rate.to_f64() * facts.weight(), facts.hold_ms);
    StageRisk {
        stage: facts.stage.label.clone(),
        place: facts.place.cloned(),
        hold_ms: facts.hold_ms,
        gate: facts.guard.map(|guarded| guarded.guard.gate.clone()),
        requests: facts.traffic.map(|traffic| (during(traffic.least), during(traffic.most))),
        sights: sights(plan, facts),
        spends: spends(plan, &rollout.service, stages, index, back_ms),
    }
}
