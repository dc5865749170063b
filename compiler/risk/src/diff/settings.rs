//! Everything that a plan's digest covers besides what is done: leaf by leaf, by its path.

use std::collections::BTreeSet;

use plan::Plan;
use serde_json::Value;

use crate::facts::Fact;

/// What follows from the place of a node, and is no setting.
const NUMBERS: [&str; 2] = ["id", "stage"];

/// The settings of a plan, and those of the nodes that `kept` names. What comes or goes with a node is told by the steps.
pub(super) fn of(plan: Option<&Plan>, kept: &BTreeSet<&str>) -> Vec<Fact> {
    let mut found = Vec::new();
    let Some(Ok(Value::Object(mut body))) = plan.map(|plan| serde_json::to_value(&plan.body)) else { return found };
    let nodes = body.remove("nodes");
    for (section, value) in &body {
        leaves(section, value, &mut found);
    }
    let nodes = nodes.iter().filter_map(Value::as_array).flatten();
    for (id, node) in nodes.filter_map(|node| Some((node.get("id")?.as_str()?, node))) {
        let parts = node.as_object().into_iter().flatten();
        let parts = parts.filter(|(part, _)| kept.contains(id) && !NUMBERS.contains(&part.as_str()));
        parts.for_each(|(part, value)| leaves(&format!("{id} {part}"), value, &mut found));
    }
    found
}

fn leaves(path: &str, value: &Value, found: &mut Vec<Fact>) {
    match value {
        Value::Object(fields) if !fields.is_empty() => {
            fields.iter().for_each(|(name, value)| leaves(&format!("{path} {name}"), value, found));
        }
        Value::Array(entries) if !entries.is_empty() && entries.iter().all(Value::is_string) => {
            let words: Vec<&str> = entries.iter().filter_map(Value::as_str).collect();
            found.push((path.to_owned(), words.join(", ")));
        }
        Value::Array(entries) if !entries.is_empty() => {
            entries
                .iter()
                .enumerate()
                .for_each(|(at, value)| leaves(&format!("{path} {}", name(at, value)), value, found));
        }
        Value::String(text) => found.push((path.to_owned(), text.clone())),
        other => found.push((path.to_owned(), other.to_string())),
    }
}

/// What an entry of a list is called: by its own name where it has one, so that one before it changes nothing.
fn name(at: usize, value: &Value) -> String {
    let own = ["id", "label", "text"].iter().find_map(|field| value.get(*field)?.as_str());
    own.map_or_else(|| at.to_string(), str::to_owned)
}
