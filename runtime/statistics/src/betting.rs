//! The judge of a mean against a constant limit, at every look, by betting.
//!
//! Someone who claims "the mean is at most m" must accept bets whose gain is `λ (x − m)` of one's capital. If the claim is
//! true, the capital K is a supermartingale that starts at 1, so that it ever reaches 1/α with probability at most α. The
//! bets λ are chosen before each observation ("predictable plug-in") from the variance so far:
//! `λ_t = √(2 ln(2/0.05) / (σ² t ln(t + 1)))`, at most `1/(2m)`, so that half of the capital is never lost at once.
//!
//! Valid for every distribution within the declared range, also one that changes, as long as the mean *given the past* stays
//! on its side. Without a range there is no such judge: a value of 10^9 once in 10^12 requests moves any mean.
//!
//! Source: I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86 (2024):
//! the hedged capital process, theorem 3. All is deterministic.

use core::f64::consts::LN_2;
use core::fmt;

use libm::{log1p, sqrt};

use crate::halving::{HALVINGS, end};
use crate::judgement::{Verdict, enough, finite, needed, verdict};

/// 2 ln(2 / 0.05): the level that the bets are tuned for. They are valid at every level.
const TUNED: f64 = 7.377_758_908_227_871;

/// Most of one's capital that one observation can cost.
const AT_STAKE: f64 = 0.5;

/// The declared range of a metric, in its unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    low: f64,
    high: f64,
}

/// A range, or an observation, that the judge cannot use.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RangeError {
    /// The range is empty or has an end that is not finite.
    Empty(f64, f64),
    /// An observation lies outside the declared range (or is NaN).
    Outside(f64, Range),
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty(low, high) => {
                write!(f, "{low} to {high} is no range: give two finite numbers, the lesser first")
            }
            Self::Outside(value, Range { low, high }) => {
                write!(f, "{value} lies outside the declared range {low} to {high}: widen the range, or cap the metric")
            }
        }
    }
}

impl core::error::Error for RangeError {}

impl Range {
    /// From `low` to `high`.
    ///
    /// # Errors
    /// Unless both are finite, `low < high`, and their distance is finite.
    pub fn new(low: f64, high: f64) -> Result<Self, RangeError> {
        let sound = low < high && (high - low).is_finite();
        if sound { Ok(Self { low, high }) } else { Err(RangeError::Empty(low, high)) }
    }

    /// `value` on the scale of the range, 0 to 1.
    pub(crate) fn scaled(self, value: f64) -> Result<f64, RangeError> {
        if value >= self.low && value <= self.high {
            Ok(((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0))
        } else {
            Err(RangeError::Outside(value, self))
        }
    }

    /// A limit on the scale of the range, as the nearest of 0 to 1; NaN stays NaN.
    pub(crate) fn nearest(self, limit: f64) -> f64 {
        ((limit - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }

    /// Back from the scale of 0 to 1.
    pub(crate) fn value(self, scaled: f64) -> f64 {
        (self.low + scaled * (self.high - self.low)).clamp(self.low, self.high)
    }
}

/// Chooses bets from the past only. Values are on the scale of 0 to 1.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bettor {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Bettor {
    pub(crate) const fn new() -> Self {
        // As if one observation of variance ¼ had been made: no bet is ever chosen from nothing.
        Self { count: 0.0, sum: 0.5, squares: 0.25 }
    }

    /// The next bet, before its caps.
    pub(crate) fn next(&self) -> f64 {
        let t = self.count + 1.0;
        let variance = self.squares / t;
        sqrt(TUNED / (variance * t * log1p(t)))
    }

    pub(crate) fn observe(&mut self, x: f64) {
        self.count += 1.0;
        self.sum += x;
        let away = x - self.sum / (self.count + 1.0);
        self.squares += away * away;
    }

    /// Mean of what was observed; 0 for nothing.
    pub(crate) fn mean(&self) -> f64 {
        if self.count > 0.0 { ((self.sum - 0.5) / self.count).clamp(0.0, 1.0) } else { 0.0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count <= 0.0
    }
}

/// ln of the factor by which a bet `bet` on "more than `m`" multiplies the capital at `x`. Falls as `m` rises.
pub(crate) fn ln_gain_above(bet: f64, m: f64, x: f64) -> f64 {
    let bet = if bet * m > AT_STAKE { AT_STAKE / m } else { bet };
    log1p(bet * (x - m))
}

/// The same for a bet on "less than `m`".
pub(crate) fn ln_gain_below(bet: f64, m: f64, x: f64) -> f64 {
    ln_gain_above(bet, 1.0 - m, 1.0 - x)
}

/// A gate on a mean: `mean <= limit`. Takes observations one by one, keeps none of them.
#[derive(Clone, Copy, Debug)]
pub struct MeanGate {
    range: Range,
    limit: f64,
    bettor: Bettor,
    ln_above: f64,
    ln_below: f64,
}

/// What is known of a mean. No field is ever NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanJudgement {
    /// What follows from the evidence.
    pub verdict: Verdict,
    /// The mean, in the metric's unit (two arms: the canary's minus the other's); 0 when there is none.
    pub estimate: f64,
    /// ln of the evidence against "within what is allowed", in nats.
    pub ln_e_fail: f64,
    /// ln of the evidence against "more than what is allowed", in nats.
    pub ln_e_pass: f64,
}

impl MeanGate {
    /// A gate on metrics within `range`. A `limit` outside it is taken as its nearest end; with NaN there is never a verdict.
    #[must_use]
    pub fn new(range: Range, limit: f64) -> Self {
        Self { range, limit: range.nearest(limit), bettor: Bettor::new(), ln_above: 0.0, ln_below: 0.0 }
    }

    /// Takes one observation.
    ///
    /// # Errors
    /// When it lies outside the range; the gate is then as before.
    pub fn observe(&mut self, value: f64) -> Result<(), RangeError> {
        let x = self.range.scaled(value)?;
        if !self.limit.is_nan() {
            let bet = self.bettor.next();
            self.ln_above += ln_gain_above(bet, self.limit, x);
            self.ln_below += ln_gain_below(bet, self.limit, x);
        }
        self.bettor.observe(x);
        Ok(())
    }

    /// What follows, at levels `alpha_fail` and `alpha_pass`; may be asked after every observation. Each bounds the chance
    /// of *ever* giving its verdict wrongly. Levels outside `(0, 1)` never give theirs.
    #[must_use]
    pub fn judgement(&self, alpha_fail: f64, alpha_pass: f64) -> MeanJudgement {
        let estimate = if self.bettor.is_empty() { 0.0 } else { self.range.value(self.bettor.mean()) };
        of_evidence(estimate, (self.ln_above, self.ln_below), (alpha_fail, alpha_pass))
    }
}

pub(crate) fn of_evidence(estimate: f64, ln_e: (f64, f64), levels: (f64, f64)) -> MeanJudgement {
    let verdict = verdict(ln_e.0, ln_e.1, needed(levels.0), needed(levels.1));
    MeanJudgement { verdict, estimate, ln_e_fail: finite(ln_e.0), ln_e_pass: finite(ln_e.1) }
}

/// The confidence sequence of a mean after `values`, in the metric's unit: the chance that the mean *ever* lies outside is
/// at most `alpha` (the hedged capital process: half of the capital bets above, half below). The whole range for no values
/// or a level outside `(0, 1)`.
///
/// # Errors
/// At the first value outside the range.
pub fn mean_interval(range: Range, values: &[f64], alpha: f64) -> Result<(f64, f64), RangeError> {
    let scaled: Vec<f64> = values.iter().map(|value| range.scaled(*value)).collect::<Result<_, _>>()?;
    let mut bettor = Bettor::new();
    let bets: Vec<(f64, f64)> = scaled.into_iter().map(|x| next_bet(&mut bettor, x)).collect();
    let mean = bettor.mean();
    let needed = needed(alpha);
    let won = |gain: fn(f64, f64, f64) -> f64, m: f64| {
        let ln_capital: f64 = bets.iter().map(|(bet, x)| gain(*bet, m, *x)).sum();
        enough(ln_capital - LN_2, needed)
    };
    let low = end(0.0, mean, HALVINGS, |m| won(ln_gain_above, m));
    let high = end(1.0, mean, HALVINGS, |m| won(ln_gain_below, m));
    Ok((range.value(low), range.value(high)))
}

fn next_bet(bettor: &mut Bettor, x: f64) -> (f64, f64) {
    let bet = bettor.next();
    bettor.observe(x);
    (bet, x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_level_that_bets_are_tuned_for() {
        assert!((TUNED - 2.0 * libm::log(2.0 / 0.05)).abs() < 1e-14);
    }
}
