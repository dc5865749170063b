//! Lines for the terminal: the way forward, each rollout's way back, and the times.

use plan::{Body, Call, Effect, Node, Plan, Work};
use risk::duration::shown;
use risk::graph::Analysis;

use risk::describe::{call, name, particulars, work};

/// A plan as lines.
pub(crate) fn text(plan: &Plan, analysis: &Analysis) -> String {
    let body = &plan.body;
    let names: Vec<&str> = body.nodes.iter().map(|node| name(node, &body.workflow)).collect();
    let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let mut out = format!("{} {}\n", body.workflow, plan.digest);
    for (node, name) in body.nodes.iter().zip(&names) {
        let mark = if node.past_return { " (no return)" } else { "" };
        out += &format!("  {name:width$}  {}{}{mark}\n", work(&node.work), beside(body, node));
    }
    for (key, scope) in &body.scopes {
        let step = key.strip_prefix(&body.workflow).map_or(key.as_str(), |rest| rest.trim_start_matches('/'));
        out += &aside(&format!("when {step} fails"), &scope.on_failure);
    }
    out += &aside("at the end, however it ends", &body.finally);
    for (key, rollout) in &body.rollouts {
        let steps: Vec<_> = rollout.recovery.iter().map(|step| call(&step.effect.call)).collect();
        out += &format!("way back of {key}\n  {}\n", steps.join(", then "));
    }
    if !body.requires.is_empty() {
        out += &format!("needs a runtime with {}\n", body.requires.join(", "));
    }
    out += &format!("takes at least {}, {}\n", shown(analysis.shortest_ms), longest(body, analysis));
    out
}

/// What the stage of a shift has besides its weights.
fn beside(body: &Body, node: &Node) -> String {
    let Work::Effect(Effect { call: Call::Shift { .. }, .. }) = &node.work else { return String::new() };
    let rollout = node.rollout.as_ref().and_then(|rollout| body.rollouts.get(rollout));
    let stage = rollout.zip(node.stage).and_then(|(rollout, stage)| rollout.stages.get(stage as usize));
    stage.map(particulars).unwrap_or_default()
}

/// Nodes that stand beside the way forward.
fn aside(title: &str, nodes: &[Node]) -> String {
    if nodes.is_empty() {
        return String::new();
    }
    let steps: Vec<_> = nodes.iter().map(|node| work(&node.work)).collect();
    format!("{title}\n  {}\n", steps.join(", then "))
}

fn longest(body: &Body, analysis: &Analysis) -> String {
    let migrates = body.nodes.iter().any(|node| matches!(node.work, Work::Migrate(_)));
    match analysis.longest_ms {
        Some(ms) => format!("at most {}", shown(ms)),
        None if migrates => "without a limit: a migration takes as long as its tables are large".to_owned(),
        None => "without a limit: a gate without an answer waits for a person".to_owned(),
    }
}
