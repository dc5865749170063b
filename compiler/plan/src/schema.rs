//! The JSON Schema of a plan, generated from the types so that it cannot disagree with them.

use crate::document::Plan;

/// The schema as indented JSON text; `docs/reference/plan.schema.json` is a copy that a test keeps equal.
pub fn text() -> String {
    let schema = schemars::schema_for!(Plan);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}
