//! DOT, which Graphviz draws. The critical path is bold.

use plan::Plan;
use risk::graph::Analysis;

use risk::describe::{name, work};

/// A plan as a DOT graph.
pub(crate) fn dot(plan: &Plan, analysis: &Analysis) -> String {
    let mut out = format!("digraph {} {{\n  rankdir = TB;\n  node [shape = box];\n", quoted(&plan.body.workflow));
    for node in &plan.body.nodes {
        let label = format!("{}\n{}", name(node, &plan.body.workflow), work(&node.work));
        let style = if analysis.critical.contains(&node.id) { ", style = bold" } else { "" };
        out += &format!("  {} [label = {}{style}];\n", quoted(&node.id.0), quoted(&label));
    }
    for node in &plan.body.nodes {
        for before in &node.after {
            out += &format!("  {} -> {};\n", quoted(&before.0), quoted(&node.id.0));
        }
    }
    out + "}\n"
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
