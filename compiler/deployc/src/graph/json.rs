//! The graph for programs.

use plan::Plan;
use risk::graph::Analysis;
use serde_json::{Value, json};

use crate::console::VERSION;
use risk::describe::{call, work};

/// A plan's graph as one value.
pub(crate) fn json(plan: &Plan, analysis: &Analysis) -> Value {
    let nodes = plan.body.nodes.iter().map(|node| {
        json!({
            "id": node.id,
            "after": node.after,
            "rollout": node.rollout,
            "stage": node.stage,
            "does": work(&node.work),
            "past_return": node.past_return,
        })
    });
    let back = plan.body.rollouts.iter().map(|(key, rollout)| {
        let steps = rollout.recovery.iter().map(|step| json!({ "id": step.id, "does": call(&step.effect.call) }));
        (key.clone(), steps.collect::<Value>())
    });
    json!({
        "version": VERSION,
        "workflow": plan.body.workflow,
        "digest": plan.digest,
        "nodes": nodes.collect::<Value>(),
        "recovery": back.collect::<serde_json::Map<_, _>>(),
        "critical": analysis.critical,
        "shortest_ms": analysis.shortest_ms,
        "longest_ms": analysis.longest_ms,
    })
}
