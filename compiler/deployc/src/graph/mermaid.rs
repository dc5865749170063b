//! Mermaid, which markdown renderers draw. Nodes of one rollout stand in a box; the critical path is bold.

use plan::{Node, Plan};
use risk::graph::Analysis;

use risk::describe::{name, work};

/// A plan as a Mermaid flow chart.
pub(crate) fn mermaid(plan: &Plan, analysis: &Analysis) -> String {
    let mut out = String::from("flowchart TD\n");
    let indices: std::collections::BTreeMap<_, _> = plan.body.nodes.iter().map(|n| &n.id).zip(0..).collect();
    for (index, node) in plan.body.nodes.iter().enumerate() {
        let label = format!("{}<br/>{}", escaped(name(node, &plan.body.workflow)), escaped(&work(&node.work)));
        let line = format!("n{index}[\"{label}\"]");
        out += &opened(plan, index, node);
        out += &format!("  {line}\n");
        out += closed(plan, index, node);
    }
    for (index, node) in plan.body.nodes.iter().enumerate() {
        for before in node.after.iter().filter_map(|id| indices.get(id)) {
            out += &format!("  n{before} --> n{index}\n");
        }
    }
    out += "  classDef critical stroke-width:3px\n";
    let critical: Vec<_> = analysis.critical.iter().filter_map(|id| indices.get(id)).map(|i| format!("n{i}")).collect();
    if !critical.is_empty() {
        out += &format!("  class {} critical\n", critical.join(","));
    }
    out
}

fn opened(plan: &Plan, index: usize, node: &Node) -> String {
    let before = index.checked_sub(1).and_then(|before| plan.body.nodes.get(before));
    match &node.rollout {
        Some(key) if before.and_then(|before| before.rollout.as_ref()) != Some(key) => {
            format!("  subgraph r{index}[\"{}\"]\n", escaped(key))
        }
        Some(_) | None => String::new(),
    }
}

fn closed(plan: &Plan, index: usize, node: &Node) -> &'static str {
    let after = plan.body.nodes.get(index + 1).and_then(|after| after.rollout.as_ref());
    if node.rollout.is_some() && after != node.rollout.as_ref() { "  end\n" } else { "" }
}

/// Mermaid reads `#` and `;` as the start and end of a character's name.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        match letter {
            '#' => out += "#35;",
            '"' => out += "#quot;",
            '<' => out += "#lt;",
            '>' => out += "#gt;",
            ';' => out += "#59;",
            _ => out.push(letter),
        }
    }
    out
}
