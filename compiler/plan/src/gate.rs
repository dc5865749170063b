//! A gate as data: which arms are compared, on what, with which confidence, and what is done without an answer.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity::Exact;

/// One side of a comparison, bound by the runtime to the release that plays it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Arm {
    /// The incoming release.
    Canary,
    /// The release that ran when the rollout began.
    Stable,
    /// Every release of the service together.
    Service,
}

/// A judged gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The arm that is judged.
    pub arm: Arm,
    /// The arm it is compared with; none for thresholds.
    pub against: Option<Arm>,
    /// Requests of the judged arm below which no verdict passes.
    pub at_least: u64,
    /// One minus the probability of a wrong verdict in either direction; in (0.5, 1).
    pub confidence: Exact,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// What happens when neither verdict has its evidence at the end of the hold.
    pub inconclusive: Inconclusive,
    /// Time after a weight change whose requests are not counted, in milliseconds.
    pub warm_up_ms: u64,
}

/// One comparison of a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The metric.
    pub metric: String,
    /// What it must stay under.
    pub bound: Bound,
    /// The condition in the one form that all its spellings have, shown with every verdict.
    pub text: String,
}

/// The right-hand side of a condition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Bound {
    /// The metric of the gate's other arm, times a factor, plus a share of one (`2pp` is `0.02`).
    Against {
        /// Factor on the other arm; `1` when none is written.
        times: Exact,
        /// Added share of one; `0` when none is written.
        plus: Exact,
    },
    /// A constant share of one.
    Constant(Exact),
}

/// The bounded policy for a gate without an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inconclusive {
    /// How long the hold is extended, once, in milliseconds.
    pub extend_ms: u64,
    /// What follows when that did not help.
    pub then: Undecided,
}

/// What follows an inconclusive gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Undecided {
    /// Return to the safe side.
    Rollback,
    /// Stay at this weight until a person decides, for a day at most; then return to the safe side.
    Hold,
    /// Ask a person to pass or to roll back, for a day at most; then return to the safe side.
    Ask,
}

/// A ratio metric: requests that are bad among all requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Selects the bad requests; its meaning belongs to the provider that is asked.
    pub bad: serde_json::Value,
    /// Selects all requests.
    pub total: serde_json::Value,
    /// The baseline the proofs start from, a share of one.
    pub usual: Option<Exact>,
}
