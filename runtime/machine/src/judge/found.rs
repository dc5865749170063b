//! What a judge found about one condition, in the unit that people read.

use serde_json::Value;
use statistics::Judgement;

use super::condition::Levels;
use crate::evidence::{Tested, Unit, Verdict};

/// What a judge found.
pub(super) struct Found {
    pub(super) unit: Unit,
    pub(super) estimate: Option<f64>,
    pub(super) limit: Option<f64>,
    pub(super) interval: (Option<f64>, Option<f64>),
    pub(super) tested: Option<Tested>,
    pub(super) verdict: Verdict,
    pub(super) statistic: String,
}

impl Found {
    /// Nothing, for this reason.
    pub(super) fn nothing(unit: Unit, why: &str) -> Self {
        Self {
            unit,
            estimate: None,
            limit: None,
            interval: (None, None),
            tested: None,
            verdict: Verdict::Inconclusive,
            statistic: format!("none: {why}"),
        }
    }

    /// A share of requests that one judge has judged.
    pub(super) fn share(judgement: &Judgement, estimate: Option<f64>, limit: f64, statistic: &str) -> Self {
        Self {
            unit: Unit::Share,
            estimate,
            limit: Some(limit),
            interval: (Some(judgement.interval.0), Some(judgement.interval.1)),
            tested: Some(Tested::of(judgement)),
            verdict: judgement.verdict.into(),
            statistic: statistic.to_owned(),
        }
    }

    /// A limit that holds or does not, whatever the chance: what was seen is a fact of this window, and bounds nothing else.
    pub(super) fn threshold(unit: Unit, estimate: f64, limit: f64, verdict: Verdict, statistic: &str) -> Self {
        Self {
            unit,
            estimate: Some(estimate),
            limit: Some(limit),
            interval: (None, None),
            tested: None,
            verdict,
            statistic: statistic.to_owned(),
        }
    }
}

impl Levels {
    /// As a judge of "at most" takes them for a condition that says "at least".
    pub(super) fn turned_if(self, lower: bool) -> Self {
        if lower { Self { fail: self.pass, pass: self.fail } } else { self }
    }
}

impl Verdict {
    /// The verdict of "at least" from that of "at most".
    pub(super) fn turned_if(self, lower: bool) -> Self {
        match (self, lower) {
            (Self::Pass, true) => Self::Fail,
            (Self::Fail, true) => Self::Pass,
            (same, _) => same,
        }
    }
}

impl Tested {
    pub(super) fn of(judgement: &Judgement) -> Self {
        Self {
            ln_e_fail: judgement.ln_e_fail,
            fail_at: judgement.needed_fail,
            ln_e_pass: judgement.ln_e_pass,
            pass_at: judgement.needed_pass,
        }
    }

    /// The evidence on "at least" from that on "at most".
    pub(super) fn turned_if(self, lower: bool) -> Self {
        if lower {
            Self { ln_e_fail: self.ln_e_pass, fail_at: self.pass_at, ln_e_pass: self.ln_e_fail, pass_at: self.fail_at }
        } else {
            self
        }
    }
}

/// An amount as a plan writes it, and its unit: whole numbers, decimals as text, money as `0.02 EUR`. None for anything else.
pub fn amount(value: &Value) -> Option<(f64, Unit)> {
    let number = |text: &str| text.parse::<f64>().ok().filter(|number| number.is_finite());
    match value {
        Value::Number(whole) => Some((whole.as_f64()?, Unit::Number)),
        Value::String(text) => match text.split_once(' ') {
            Some((amount, currency)) => Some((number(amount)?, Unit::Money(currency.to_owned()))),
            None => Some((number(text)?, Unit::Number)),
        },
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}
