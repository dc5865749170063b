//! Why a gate said what it said: enough to judge it again by hand.

use plan::{Arm, Place};
use serde::{Deserialize, Serialize};

/// The three answers of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// There is evidence that every condition holds.
    Pass,
    /// There is evidence that a condition does not hold.
    Fail,
    /// Neither.
    Inconclusive,
}

/// One look at a gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The gate.
    pub gate: String,
    /// Where the gate stands in the sources.
    pub place: Option<Place>,
    /// The hold it guards.
    pub node: String,
    /// When, UTC milliseconds.
    pub at_ms: i64,
    /// When the sample was taken that was looked at, UTC milliseconds by its source; none where there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sampled_ms: Option<i64>,
    /// Milliseconds since the counted window began.
    pub window_ms: u64,
    /// What was concluded.
    pub verdict: Verdict,
    /// Why there is no verdict, or what decided it, as a sentence.
    pub cause: String,
    /// Requests of the judged arm.
    pub n: u64,
    /// Requests of the judged arm without which nothing passes.
    pub at_least: u64,
    /// The gate's confidence, as written.
    pub confidence: String,
    /// Each condition.
    pub conditions: Vec<ConditionEvidence>,
    /// The incoming release's measured share of the requests in the window, of one.
    pub observed_share: Option<f64>,
}

/// One condition at one look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionEvidence {
    /// The condition as written.
    pub text: String,
    /// The metric.
    pub metric: String,
    /// The judged arm's counts in the window.
    pub judged: ArmCounts,
    /// The other arm's counts in the window.
    pub against: Option<ArmCounts>,
    /// What is estimated: the judged arm's rate, of one.
    pub estimate: f64,
    /// What it must stay under, of one, with the other arm's rate as measured.
    pub limit: f64,
    /// Interval for the judged arm's rate that holds at every look with the gate's confidence.
    pub interval: (f64, f64),
    /// Natural logarithm of the evidence against the condition.
    pub ln_e_fail: f64,
    /// What `ln_e_fail` must reach.
    pub fail_at: f64,
    /// Natural logarithm of the evidence for the condition.
    pub ln_e_pass: f64,
    /// What `ln_e_pass` must reach.
    pub pass_at: f64,
    /// The condition's own verdict.
    pub verdict: Verdict,
    /// The statistic that was used, by name.
    pub statistic: String,
}

/// Counts of one arm in a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArmCounts {
    /// Which.
    pub arm: Arm,
    /// Bad requests.
    pub bad: u64,
    /// All requests.
    pub total: u64,
}
