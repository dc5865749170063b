//! What a deployment is measured by: how many requests a service gets, and what its users were promised.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity::Exact;

/// The requests a second that a service gets in an environment, as its people declare them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// At the lowest.
    pub least: Exact,
    /// At the highest.
    pub most: Exact,
}

/// One objective of a service: a share of good requests over a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Objective {
    /// The service, by its key.
    pub service: String,
    /// The metric, by its name in the sources.
    pub metric: String,
    /// Of a metric of times: what takes longer is bad, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_ms: Option<u64>,
    /// The least share of good requests, such as `0.999`.
    pub good: Exact,
    /// Over which time, in milliseconds.
    pub period_ms: u64,
}
