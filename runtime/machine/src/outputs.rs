//! What actions bring out: kept with the run, and put where steps behind them name it.

use plan::NodeId;
use serde_json::Value;

use crate::bind::Known;
use crate::ports::provider::Outputs;
use crate::run::Run;
use crate::slots::SlotIndex;

impl Run {
    /// What a run knows at this moment that was not known when it was compiled.
    pub(crate) fn known(&self) -> Known<'_> {
        Known { parameters: &self.head.parameters, output: Box::new(|node, path| self.brought_out(node, path)) }
    }

    /// A part of what an action has brought out.
    fn brought_out(&self, node: &NodeId, path: &[String]) -> Option<Value> {
        let whole = self.outputs.get(&self.slots.find(&node.0)?)?;
        path.iter().try_fold(whole, |value, field| value.get(field)).cloned()
    }

    /// Keeps what an action brought out, where a step names it.
    pub(crate) fn keep_value(&mut self, slot: SlotIndex, outputs: &Outputs) {
        if let Outputs::Value(value) = outputs
            && self.slots.is_named(slot)
        {
            self.set_output(slot, brought(value));
        }
    }
}

/// What a program wrote stands for its last line: JSON where it is such, else text. What another provider answers stands
/// for itself.
fn brought(answer: &Value) -> Value {
    let written =
        answer.as_object().filter(|fields| fields.len() == 1).and_then(|fields| fields.get("output")?.as_str());
    let Some(text) = written else { return answer.clone() };
    let last = text.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    serde_json::from_str(last).unwrap_or_else(|_| Value::String(last.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_last_line_of_what_a_program_wrote_is_what_it_brings_out() {
        let wrote = |text: &str| brought(&json!({ "output": text }));
        assert_eq!(wrote("building\n{\"image\": \"sha256:1\"}\n\n"), json!({ "image": "sha256:1" }));
        assert_eq!(wrote("building\n 12\n"), json!(12));
        assert_eq!(wrote("sha256:1"), json!("sha256:1"));
        assert_eq!(wrote(""), json!(""));
        assert_eq!(brought(&json!({ "image": "x", "output": "y" })), json!({ "image": "x", "output": "y" }));
    }
}
