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
    /// A fresh copy of the release that ran, as large and as old as the canary.
    Baseline,
    /// The release that ran when the rollout began, as it was before it.
    Previous,
    /// The incoming release's answers to copies of requests, which nobody sees.
    Shadow,
    /// Every release of the service together.
    Service,
}

impl Arm {
    /// The word of the plan.
    pub fn word(self) -> &'static str {
        match self {
            Self::Canary => "canary",
            Self::Stable => "stable",
            Self::Baseline => "baseline",
            Self::Previous => "previous",
            Self::Shadow => "shadow",
            Self::Service => "service",
        }
    }
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
    /// How late the answers come, in milliseconds; what is younger is not judged.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub lag_ms: u64,
    /// A link to what to read when it goes wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// One comparison of a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// The metric.
    pub metric: String,
    /// What it must stay under, or above where it is a lower limit.
    pub bound: Bound,
    /// What of the metric is read; the metric itself when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reading: Option<Reading>,
    /// Judged and told, but without a say in the verdict.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub advisory: bool,
    /// The bound is a lower limit: what is read must not be less. Only of what is no share.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lower: bool,
    /// The condition in the one form that all its spellings have, shown with every verdict.
    pub text: String,
}

/// What is read of a distribution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Reading {
    /// A quantile: `p95`.
    Quantile(String),
    /// The share above so many milliseconds; bounds on it are shares of one.
    OverMs(u64),
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
    /// The metric of the gate's other arm, times a factor, plus an amount: for what is no share.
    Beside {
        /// Factor on the other arm; `1` when none is written.
        times: Exact,
        /// Room, as a value: added to an upper limit, taken from a lower one; none when not written.
        plus: Option<serde_json::Value>,
    },
    /// A constant amount, as a value: for what is no share.
    Limit(serde_json::Value),
}

impl Bound {
    /// Whether it bounds an amount, and not a share of one.
    pub fn is_amount(&self) -> bool {
        match self {
            Self::Beside { .. } | Self::Limit(_) => true,
            Self::Against { .. } | Self::Constant(_) => false,
        }
    }
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

/// What a metric is, statistically; it decides which judge can decide about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MetricKind {
    /// A share of requests.
    #[default]
    Ratio,
    /// How values are spread.
    Distribution,
    /// An average over observations.
    Mean,
    /// How things stand now.
    Gauge,
    /// Events that only become more.
    Counter,
}

impl MetricKind {
    /// The word of the plan.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ratio => "ratio",
            Self::Distribution => "distribution",
            Self::Mean => "mean",
            Self::Gauge => "gauge",
            Self::Counter => "counter",
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature that serde asks for")]
fn is_ratio(kind: &MetricKind) -> bool {
    *kind == MetricKind::Ratio
}

/// A metric: by default a ratio of bad requests among all requests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// Selects the bad requests; a query is `{"promql": …}`; its meaning belongs to the provider that is asked.
    pub bad: serde_json::Value,
    /// Selects all requests.
    pub total: serde_json::Value,
    /// The baseline the proofs start from, a share of one.
    pub usual: Option<Exact>,
    /// What it is; a ratio when absent. Other kinds have no `bad` and no `total`.
    #[serde(default, skip_serializing_if = "is_ratio")]
    pub kind: MetricKind,
    /// Of other kinds, selects what is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
    /// Of a mean, the least and the largest value of one observation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<(serde_json::Value, serde_json::Value)>,
}

impl Metric {
    /// A ratio.
    pub fn ratio(bad: serde_json::Value, total: serde_json::Value, usual: Option<Exact>) -> Self {
        Self { bad, total, usual, kind: MetricKind::Ratio, value: None, range: None }
    }
}
