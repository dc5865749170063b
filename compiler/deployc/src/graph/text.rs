//! Lines for the terminal: the way forward, each rollout's way back, and the times.

use lower::graph::Analysis;
use plan::Plan;

use super::describe::{call, name, work};
use crate::duration::shown;

/// A plan as lines.
pub(crate) fn text(plan: &Plan, analysis: &Analysis) -> String {
    let body = &plan.body;
    let names: Vec<&str> = body.nodes.iter().map(|node| name(node, &body.workflow)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let mut out = format!("{} {}\n", body.workflow, plan.digest);
    for (node, name) in body.nodes.iter().zip(&names) {
        let mark = if node.past_return { " (no return)" } else { "" };
        out += &format!("  {name:width$}  {}{mark}\n", work(&node.work));
    }
    for (key, rollout) in &body.rollouts {
        let steps: Vec<_> = rollout.recovery.iter().map(|step| call(&step.effect.call)).collect();
        out += &format!("way back of {key}\n  {}\n", steps.join(", then "));
    }
    out += &format!("takes at least {}, {}\n", shown(analysis.shortest_ms), longest(analysis));
    out
}

fn longest(analysis: &Analysis) -> String {
    match analysis.longest_ms {
        Some(ms) => format!("at most {}", shown(ms)),
        None => "without a limit: a gate without an answer waits for a person".to_owned(),
    }
}
