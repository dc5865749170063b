//! Each rollout, stage by stage.

use plan::{Rollout, Work};

use crate::index::Index;
use crate::limits;
use crate::report::{RolloutRisk, Spend, StageRisk};
use crate::sight::{requests, sights};
use crate::spend::{lets_through, spends};
use crate::stages::Facts;
use crate::way_back;

/// The rollouts of a plan, in the order in which they begin.
pub(crate) fn all(index: &Index<'_>) -> Vec<RolloutRisk> {
    let plan = index.plan;
    let begun = plan.body.nodes.iter().filter(|node| matches!(node.work, Work::Begin));
    let keys = begun.filter_map(|node| Some((node.rollout.as_ref()?, plan.source_map.get(&node.id.0))));
    let found = keys.filter_map(|(key, place)| {
        let rollout = plan.body.rollouts.get(key)?;
        Some(RolloutRisk { place: place.cloned(), ..one(index, key, rollout) })
    });
    found.collect()
}

fn one(index: &Index<'_>, key: &str, rollout: &Rollout) -> RolloutRisk {
    let stages = Facts::all(index, key, rollout);
    let back = way_back::of(index, key, rollout);
    let spends = spends(index, &rollout.service, &stages, back.traffic_ms);
    let risks = stages.iter().zip(spends).map(|(facts, spends)| stage(index, facts, spends));
    RolloutRisk {
        rollout: key.to_owned(),
        strategy: rollout.strategy.clone(),
        place: None,
        traffic: rollout.traffic,
        stages: risks.collect(),
        limits: limits::of(index, rollout, &stages, back.traffic_ms),
        lets_through: lets_through(index, &rollout.service, &stages),
        back,
    }
}

fn stage(index: &Index<'_>, facts: &Facts<'_>, spends: Vec<Spend>) -> StageRisk {
    let during = |rate: plan::Exact| requests(rate.to_f64() * facts.weight(), facts.hold_ms);
    StageRisk {
        stage: facts.stage.label.clone(),
        place: facts.place.cloned(),
        hold_ms: facts.hold_ms,
        gate: facts.guard.map(|guarded| guarded.guard.gate.clone()),
        requests: facts.traffic.map(|traffic| (during(traffic.least), during(traffic.most))),
        sights: sights(index, facts),
        spends,
    }
}
