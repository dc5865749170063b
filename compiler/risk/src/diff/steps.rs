//! What is done, node by node.

use plan::{EffectClass, Node, Plan, Work};

use crate::describe::{call, work};
use crate::facts::Fact;

/// The nodes of a plan and the steps of its ways back, each with all that is said of it.
pub(super) fn of(plan: Option<&Plan>) -> Vec<Fact> {
    let Some(plan) = plan else { return Vec::new() };
    let scopes = plan.body.scopes.values().flat_map(|scope| &scope.on_failure);
    let nodes = plan.body.nodes.iter().chain(&plan.body.finally).chain(scopes).map(node);
    let back = plan.body.rollouts.values().flat_map(|rollout| &rollout.recovery);
    nodes.chain(back.map(|step| (step.id.0.clone(), call(&step.effect.call)))).collect()
}

fn node(node: &Node) -> Fact {
    let mut said = work(&node.work);
    if let Work::Effect(effect) = &node.work {
        let class = match effect.class {
            EffectClass::Idempotent => "",
            EffectClass::Probeable => ", asked about when its answer is lost",
            EffectClass::Once => ", once only",
        };
        said += &format!("{class}, tried {} times", effect.retry.attempts);
    }
    if node.past_return {
        said += ", no return";
    }
    if node.when.is_some() {
        said += ", under a condition";
    }
    (node.id.0.clone(), said)
}
