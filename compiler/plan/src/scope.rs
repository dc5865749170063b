//! Steps as wholes: what stands behind one that is more than a single node.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::node::Node;

/// A step whose modifiers hold for all of its nodes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// The step around it, by its key in the body; none for one of the workflow itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// It fails when it is not over this long after its first node began, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u64>,
    /// Done once the step has failed and is back on its safe side; its own order, behind nothing outside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub on_failure: Vec<Node>,
    /// Why the workflow goes on behind the step when it fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_on: Option<String>,
    /// Alerts that nobody gets while the step is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub silence: Option<Silence>,
    /// A link to what to read when it goes wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
}

/// Alerts that nobody gets while a step is done: it begins with the step's first node and ends with the step, however that
/// ends, and at the latest when its time is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// The environment whose alerts they are, by its key in the body.
    pub environment: String,
    /// The labels that an alert must have, each with that very value; at least one.
    pub matching: BTreeMap<String, String>,
    /// It ends after this long at the latest, in milliseconds.
    pub at_most_ms: u64,
}

/// Rollouts that share one verdict: none finishes before all may, and all go back when one does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Together {
    /// The rollouts, by their keys in the body, in the order in which each stage takes them; back they go in reverse.
    pub rollouts: Vec<String>,
}
