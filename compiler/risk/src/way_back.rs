//! P5: what brings a plan back, until when, and what nothing brings back.

use plan::{Call, Effect, EffectClass, Migrate, Node, PhaseName, Plan, Rollout, Work};

use crate::graph::effect_ms;
use crate::index::Index;
use crate::report::{Irreversible, WayBack};

/// What brings a rollout back.
pub(crate) fn of(index: &Index<'_>, key: &str, rollout: &Rollout) -> WayBack {
    let steps = &rollout.recovery;
    let shifted = steps.iter().position(|step| matches!(step.effect.call, Call::Shift { .. }));
    let until_shifted = &steps[..shifted.map_or(steps.len(), |at| at + 1)];
    let sum = |ms: u64, more: u64| ms.saturating_add(more);
    WayBack {
        steps: steps.iter().map(|step| step.id.clone()).collect(),
        traffic_ms: until_shifted.iter().map(|step| step.effect.timeout_ms).fold(0, sum),
        longest_ms: steps.iter().map(|step| effect_ms(&step.effect)).fold(0, sum),
        until: index.end(key).cloned(),
    }
}

/// The nodes that nothing brings back, in order.
pub(crate) fn irreversible(plan: &Plan) -> Vec<Irreversible> {
    let found = plan.body.nodes.iter().filter_map(|node| {
        let why = why(plan, node)?;
        Some(Irreversible { node: node.id.clone(), why, place: plan.source_map.get(&node.id.0).cloned() })
    });
    found.collect()
}

fn why(plan: &Plan, node: &Node) -> Option<String> {
    match &node.work {
        Work::Finish => {
            let rollout = node.rollout.as_ref().and_then(|key| plan.body.rollouts.get(key));
            let service = rollout.map_or("the service", |rollout| &rollout.service);
            Some(format!("what ran before is stopped; the way forward is another rollout of {service}"))
        }
        Work::Effect(effect) => acts(effect),
        Work::Migrate(migrate) => migrated(migrate),
        Work::Begin | Work::Hold(_) | Work::Approval(_) | Work::WaitUntil(_) => None,
        Work::Rollback(_) | Work::Expose(_) | Work::Mirror(_) => None,
    }
}

fn migrated(migrate: &Migrate) -> Option<String> {
    let name = &migrate.migration;
    match migrate.phase {
        // What runs does not notice what was added.
        PhaseName::Expand => None,
        PhaseName::Backfill => Some(format!("rows have their new values; what they were is not kept by {name}")),
        PhaseName::Contract => {
            Some(format!("what {name} takes away is gone; releases from before it cannot run any more"))
        }
    }
}

fn acts(effect: &Effect) -> Option<String> {
    let Call::Act { action, .. } = &effect.call else { return None };
    if effect.tolerated {
        return None;
    }
    let again = match effect.class {
        EffectClass::Idempotent => "it may be done again",
        EffectClass::Probeable => "after a lost answer its provider is asked",
        EffectClass::Once => "after a lost answer a person decides",
    };
    Some(format!("nothing undoes {action}; {again}"))
}
