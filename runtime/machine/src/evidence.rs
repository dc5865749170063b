//! Why a gate said what it said: enough to judge it again by hand.

use plan::{Arm, MetricKind, Place, Runbook};
use serde::{Deserialize, Serialize};

use crate::reading::MetricReading;

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

impl Verdict {
    /// In sentences.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Inconclusive => "inconclusive",
        }
    }
}

impl From<statistics::Verdict> for Verdict {
    fn from(verdict: statistics::Verdict) -> Self {
        match verdict {
            statistics::Verdict::Pass => Self::Pass,
            statistics::Verdict::Fail => Self::Fail,
            statistics::Verdict::Inconclusive => Self::Inconclusive,
        }
    }
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
    /// Requests of the judged arm, the fewest that a condition with a say rests on.
    pub n: u64,
    /// Requests of the judged arm without which nothing passes.
    pub at_least: u64,
    /// The gate's confidence, as written.
    pub confidence: String,
    /// Each condition.
    pub conditions: Vec<ConditionEvidence>,
    /// The incoming release's measured share of the requests in the window, of one.
    pub observed_share: Option<f64>,
    /// What to read about it, the closest first; nothing where it passes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runbooks: Vec<Runbook>,
}

/// One condition at one look.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionEvidence {
    /// The condition as written.
    pub text: String,
    /// Where it stands in the sources.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The metric.
    pub metric: String,
    /// What the metric is. Absent, in earlier journals: a ratio.
    #[serde(default)]
    pub kind: MetricKind,
    /// The unit of the estimate, of its interval and of the limit.
    #[serde(default)]
    pub unit: Unit,
    /// Judged and told, without a say.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub advisory: bool,
    /// What was seen of the judged arm in the window.
    pub judged: ArmSeen,
    /// What was seen of the other arm in the window; none where the limit is a constant.
    pub against: Option<ArmSeen>,
    /// What is estimated of the judged arm: its rate, quantile, mean, number of events, or the worst reading. None where
    /// nothing is known of it; of a quantile the bound of its bucket.
    pub estimate: Option<f64>,
    /// What it must stay under, or over, with the other arm as measured.
    pub limit: Option<f64>,
    /// Between what it lies at every look, with the gate's confidence (of a gauge: what was read, least and greatest). None
    /// for an end that is not known.
    pub interval: (Option<f64>, Option<f64>),
    /// The evidence that decides; none where nothing but a threshold can.
    #[serde(flatten)]
    pub tested: Option<Tested>,
    /// The condition's own verdict.
    pub verdict: Verdict,
    /// The statistic that was used, by name; `none: ` and the reason where the condition could not be judged.
    pub statistic: String,
}

/// Evidence both ways, and what it must reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    /// Natural logarithm of the evidence against the condition.
    pub ln_e_fail: f64,
    /// What `ln_e_fail` must reach.
    pub fail_at: f64,
    /// Natural logarithm of the evidence for the condition.
    pub ln_e_pass: f64,
    /// What `ln_e_pass` must reach.
    pub pass_at: f64,
}

/// What the numbers of a condition are.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A share of one.
    #[default]
    Share,
    /// Milliseconds.
    Milliseconds,
    /// Money, in this currency.
    Money(String),
    /// A number: of events, of bytes, of milliseconds where a gauge reads them.
    Number,
}

impl Unit {
    /// A value for people.
    pub fn written(&self, value: f64) -> String {
        match self {
            Self::Share => format!("{:.2}%", value * 100.0),
            Self::Milliseconds => format!("{} ms", short(value)),
            Self::Money(currency) => format!("{} {currency}", short(value)),
            Self::Number => short(value),
        }
    }
}

/// Six decimals at most, and none that say nothing.
fn short(value: f64) -> String {
    let text = format!("{value:.6}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// What was seen of one arm in a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct ArmSeen {
    /// Which.
    pub arm: Arm,
    /// How many the verdict rests on: requests that the metric counts, or observations; all requests where it counts
    /// something else.
    pub n: u64,
    /// All requests of the arm in the window.
    pub requests: u64,
    /// What was read; none where nothing was.
    pub seen: Option<MetricReading>,
}

/// An arm as journals hold it: what was read, or, in those of earlier versions, counts of a ratio.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Seen { arm: Arm, n: u64, requests: u64, seen: Option<MetricReading> },
    Counts { arm: Arm, bad: u64, total: u64 },
}

impl From<Written> for ArmSeen {
    fn from(written: Written) -> Self {
        match written {
            Written::Seen { arm, n, requests, seen } => Self { arm, n, requests, seen },
            Written::Counts { arm, bad, total } => {
                Self { arm, n: total, requests: total, seen: Some(MetricReading::ratio(bad, total)) }
            }
        }
    }
}
