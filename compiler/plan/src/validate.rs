//! What the runtime relies on without asking again: a plan that names only what it holds, in runnable order.

use std::collections::BTreeSet;

use crate::body::{Body, Input, Rollout};
use crate::node::{Call, Guard, Hold, Node, Subject, Work};
use crate::quantity::Share;

/// Says what is wrong with a body that cannot have come from the compiler.
pub fn sound(body: &Body) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for node in &body.nodes {
        node_is_sound(body, node, &seen)?;
        if !seen.insert(&node.id) {
            return Err(format!("the node `{}` stands twice", node.id));
        }
    }
    body.rollouts.iter().try_for_each(|(name, rollout)| rollout_is_sound(body, name, rollout))?;
    body.gates.iter().try_for_each(|(name, gate)| {
        let unknown = gate.conditions.iter().find(|c| !body.metrics.contains_key(&c.metric));
        match unknown {
            Some(condition) => {
                Err(format!("gate `{name}` reads the metric `{}`, which is not there", condition.metric))
            }
            None if gate.conditions.is_empty() => Err(format!("gate `{name}` has no condition")),
            None => Ok(()),
        }
    })
}

fn node_is_sound<'a>(body: &Body, node: &'a Node, seen: &BTreeSet<&'a crate::node::NodeId>) -> Result<(), String> {
    if let Some(late) = node.after.iter().find(|id| !seen.contains(id)) {
        return Err(format!("the node `{}` waits for `{late}`, which does not stand before it", node.id));
    }
    let rollout = match &node.rollout {
        None => None,
        Some(name) => {
            Some(body.rollouts.get(name).ok_or_else(|| format!("`{}` belongs to no rollout `{name}`", node.id))?)
        }
    };
    if let (Some(stage), Some(rollout)) = (node.stage, rollout)
        && rollout.stages.get(stage as usize).is_none()
    {
        return Err(format!("`{}` belongs to stage {stage}, which is not there", node.id));
    }
    match &node.work {
        Work::Begin | Work::Finish if rollout.is_none() => Err(format!("`{}` belongs to no rollout", node.id)),
        Work::Begin | Work::Finish | Work::Approval(_) => Ok(()),
        Work::Effect(effect) => call_is_sound(&node.id.0, &effect.call, rollout.is_some()),
        Work::Hold(hold) => hold_is_sound(body, node, hold),
    }
}

fn call_is_sound(id: &str, call: &Call, in_rollout: bool) -> Result<(), String> {
    match call {
        Call::Act { .. } => Ok(()),
        Call::Ensure { .. } | Call::Stop { .. } | Call::Shift { .. } if !in_rollout => {
            Err(format!("`{id}` belongs to no rollout"))
        }
        Call::Ensure { .. } | Call::Stop { .. } => Ok(()),
        Call::Shift { weights, .. } => {
            let sum: u32 = weights.iter().map(|(_, share)| share.basis_points()).sum();
            (sum == Share::ALL.basis_points()).then_some(()).ok_or_else(|| format!("the weights of `{id}` miss 100 %"))
        }
    }
}

fn hold_is_sound(body: &Body, node: &Node, hold: &Hold) -> Result<(), String> {
    match &hold.subject {
        Subject::Rollout if node.rollout.is_none() => {
            return Err(format!("`{}` belongs to no rollout", node.id));
        }
        Subject::Rollout => {}
        Subject::Service { environment, service } => named(body, environment, service)?,
    }
    match &hold.guard {
        Some(Guard { gate, .. }) if !body.gates.contains_key(gate) => {
            Err(format!("`{}` is guarded by `{gate}`, which is not there", node.id))
        }
        Some(Guard { shares: 0, .. }) => Err(format!("the guard of `{}` has no share of its level", node.id)),
        Some(_) | None => Ok(()),
    }
}

fn rollout_is_sound(body: &Body, name: &str, rollout: &Rollout) -> Result<(), String> {
    named(body, &rollout.environment, &rollout.service)?;
    if let Input::Parameter(parameter) = &rollout.artifact
        && !body.parameters.contains_key(parameter)
    {
        return Err(format!("rollout `{name}` takes its artifact from `{parameter}`, which is not there"));
    }
    rollout.recovery.iter().try_for_each(|step| call_is_sound(&step.id.0, &step.effect.call, true))
}

fn named(body: &Body, environment: &str, service: &str) -> Result<(), String> {
    if !body.environments.contains_key(environment) {
        return Err(format!("the environment `{environment}` is not there"));
    }
    if !body.services.contains_key(service) {
        return Err(format!("the service `{service}` is not there"));
    }
    Ok(())
}
