//! The judges of means from totals alone: how many observations there were, their sum, and, where it is known, a bound of the
//! sum of their squares. At every look, whatever looks were kept, because totals forget nothing.
//!
//! Someone who claims "the mean is at most m" must accept bets whose gain is `λ (x − m)` of one's capital ([`crate::betting`]).
//! The capital of such bets depends on every single observation; two lower bounds of it depend on totals only, and what lies
//! below a supermartingale that starts at 1 keeps its level:
//!
//! * **the chord**: `ln(1 + λ (x − m))` is concave in x and so lies above its chord over the range, which turns the capital
//!   into the likelihood ratio of a binomial with `sum` successes of `count`, a whole number or not. Mixed over all bets
//!   this is universal inference as in [`crate::judge_limit`] and [`crate::judge_difference`]. It takes an observation for one
//!   that lies at an end of the range, and is as good as can be for those that do.
//! * **the squares**: `exp(λ d + (ln(1 − λ) + λ) d²) ≤ 1 + λ d` for `d ≥ −1` and `0 ≤ λ < 1`, here with `d = (x − m) / m` (X. Fan, I. Grama, Q. Liu,
//!   Electron. J. Probab. 20, 2015; S. Howard, A. Ramdas, J. McAuliffe, J. Sekhon, Ann. Statist. 49, 2021). Mixed over
//!   [`BETS`], it knows how far the observations scatter. More than the true sum of squares only weakens it.
//!
//! Where squares are known the evidence is the average of both, which is evidence again. The chord takes the mean of each arm
//! to be constant; everything else is free within the range. Without a range nothing of this holds.

use core::fmt;

use libm::{exp2, log, log1p};

use crate::allowance::Allowance;
use crate::betting::{Range, RangeError};
use crate::counts::Arm;
use crate::halving::end;
use crate::judgement::{Judgement, enough, finite, needed, verdict};
use crate::margin::Margin;
use crate::one_arm::{Evidence, evidence as chord_of_one};
use crate::special::ln_add_exp;
use crate::two_arm::evidence as chord_of_two;

/// Bets that the squares are mixed over: λ = 0.9 · 2^−k for k below this. The least is for some 10^9 observations.
const BETS: u32 = 18;

/// The least that bets are scaled by: with less, even the least of [`BETS`] would stake too much where values lie at the other
/// end of the range.
const LEAST: f64 = 1e-4;

/// Cells of the other arm's mean, as in [`crate::means`].
const CELLS: u32 = 128;

/// Halvings of an interval's end, at most 1 wide.
const HALVINGS: u32 = 60;

/// How far a sum may lie outside of what its count allows, of the range: rounding of sums that sources keep in binary.
const ROUNDING: f64 = 1e-9;

/// Totals of one arm, on the scale of a declared range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sums {
    range: Range,
    count: f64,
    sum: f64,
    squares: Option<f64>,
}

/// Totals that cannot be of observations within their range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SumsError(RangeError);

impl fmt::Display for SumsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the mean {}", self.0)
    }
}

impl core::error::Error for SumsError {}

impl Sums {
    /// `count` observations within `range` that add up to `sum`, both in the metric's unit; `squares` is the sum of their
    /// squares in that unit, or more.
    ///
    /// # Errors
    /// When their mean lies outside the range, or is not a number.
    pub fn new(range: Range, count: u64, sum: f64, squares: Option<f64>) -> Result<Self, SumsError> {
        let count = count as f64;
        if count <= 0.0 {
            return Ok(Self { range, count: 0.0, sum: 0.0, squares: None });
        }
        let (low, width) = (range.value(0.0), range.value(1.0) - range.value(0.0));
        let mean = (sum / count - low) / width;
        if !(-ROUNDING..=1.0 + ROUNDING).contains(&mean) {
            return Err(SumsError(RangeError::Outside(sum / count, range)));
        }
        let mean = mean.clamp(0.0, 1.0);
        // Never less than the squares of the mean, which rounding could take away; never more than at the ends.
        let scaled =
            |squares: f64| ((squares - 2.0 * low * sum + count * low * low) / (width * width * count)).max(mean * mean);
        let squares =
            squares.map(scaled).filter(|squares| squares.is_finite()).map(|squares| squares.min(mean) * count);
        Ok(Self { range, count, sum: mean * count, squares })
    }

    /// The mean, in the metric's unit; nothing for no observations.
    #[must_use]
    pub fn mean(self) -> Option<f64> {
        (self.count > 0.0).then(|| self.range.value(self.sum / self.count))
    }

    fn arm(self) -> Arm {
        Arm { total: self.count, bad: self.sum, good: (self.count - self.sum).max(0.0) }
    }

    /// ln of the evidence of the squares against "at most m" and "at least m".
    fn squared(self, m: f64) -> Option<Evidence> {
        let squares = self.squares?;
        let away = self.sum - self.count * m;
        let scatter = (squares - 2.0 * m * self.sum + self.count * m * m).max(away * away / self.count);
        // An observation lies at most m below m, and at most 1 − m above it: what can be lost is what scales the bets.
        let bets =
            |away: f64, reach: f64| ln_bets(away / reach.max(LEAST), scatter / (reach.max(LEAST) * reach.max(LEAST)));
        Some(Evidence { fail: bets(away, m), pass: bets(-away, 1.0 - m) })
    }
}

/// ln of the mixture over [`BETS`] of `exp(λ A + (ln(1 − λ) + λ) V)`.
fn ln_bets(away: f64, scatter: f64) -> f64 {
    let one = |k: u32| {
        let bet = 0.9 * exp2(-f64::from(k));
        bet * away + (log1p(-bet) + bet) * scatter
    };
    (0..BETS).map(one).fold(f64::NEG_INFINITY, ln_add_exp) - log(f64::from(BETS))
}

/// The average of two evidences, or the one there is.
fn averaged(chord: f64, squares: Option<f64>) -> f64 {
    squares.map_or(chord, |squares| ln_add_exp(chord, squares) - core::f64::consts::LN_2)
}

/// Judges "the mean is at most `limit`", at every look; estimate, interval and limit are in the metric's unit.
///
/// Levels as for [`crate::judge_limit`]. A limit outside the range is taken as its nearest end; with NaN there is never a
/// verdict, and without observations neither.
#[must_use]
pub fn judge_mean(sums: Sums, limit: f64, alpha_fail: f64, alpha_pass: f64) -> Judgement {
    let limit = sums.range.nearest(limit);
    let found = of_one(sums, limit);
    judged(sums, found, sums.mean().unwrap_or(0.0), (alpha_fail, alpha_pass))
}

fn of_one(sums: Sums, limit: f64) -> Evidence {
    if sums.count <= 0.0 || limit.is_nan() {
        return Evidence { fail: 0.0, pass: 0.0 };
    }
    let (chord, squares) = (chord_of_one(sums.arm(), limit), sums.squared(limit));
    Evidence {
        fail: averaged(chord.fail, squares.map(|it| it.fail)),
        pass: averaged(chord.pass, squares.map(|it| it.pass)),
    }
}

/// Judges "the mean of `canary` is at most what `allowance` allows beside that of `other`", at every look. The estimate is
/// the difference of the means, the interval that of the canary's own. Both arms have one range; where they have not, or an
/// arm has no observations, inconclusive.
#[must_use]
pub fn judge_means(canary: Sums, other: Sums, allowance: Allowance, alpha_fail: f64, alpha_pass: f64) -> Judgement {
    let compared = canary.count > 0.0 && other.count > 0.0 && canary.range == other.range;
    let found = if compared { of_two(canary, other, allowance) } else { Evidence { fail: 0.0, pass: 0.0 } };
    let estimate = canary.mean().zip(other.mean()).map_or(0.0, |(own, beside)| own - beside);
    judged(canary, found, estimate, (alpha_fail, alpha_pass))
}

fn of_two(canary: Sums, other: Sums, allowance: Allowance) -> Evidence {
    let range = canary.range;
    let chord = on_the_scale(range, allowance).map(|margin| chord_of_two(canary.arm(), other.arm(), margin));
    let squares = cells(canary, other, |m| range.nearest(allowance.allowed(range.value(m))));
    match (chord, squares) {
        (Some(chord), Some(squares)) => {
            Evidence { fail: averaged(chord.fail, Some(squares.fail)), pass: averaged(chord.pass, Some(squares.pass)) }
        }
        (Some(only), None) | (None, Some(only)) => only,
        (None, None) => Evidence { fail: 0.0, pass: 0.0 },
    }
}

/// The allowance as a margin of shares of the range; nothing where no pair of means is on its edge.
fn on_the_scale(range: Range, allowance: Allowance) -> Option<Margin> {
    let (low, high) = (range.value(0.0), range.value(1.0));
    let at = |other: f64| (allowance.allowed(other) - low) / (high - low);
    Margin::new(at(low), at(high) - at(low)).ok()
}

/// The least evidence of the squares over all cells of the other arm's mean, each as in [`crate::means`].
fn cells(canary: Sums, other: Sums, allowed: impl Fn(f64) -> f64) -> Option<Evidence> {
    let borders: Vec<f64> = (0..=CELLS).map(|i| f64::from(i) / f64::from(CELLS)).collect();
    let hedged = |it: Evidence| Evidence { fail: hedged(it.fail), pass: hedged(it.pass) };
    let of = |arm: Sums, m: f64| arm.squared(m).map(hedged);
    let own: Vec<Evidence> = borders.iter().map(|m| of(canary, allowed(*m))).collect::<Option<_>>()?;
    let beside: Vec<Evidence> = borders.iter().map(|m| of(other, *m)).collect::<Option<_>>()?;
    let each = own
        .windows(2)
        .zip(beside.windows(2))
        .map(|(own, beside)| Evidence { fail: own[1].fail + beside[0].pass, pass: own[0].pass + beside[1].fail });
    each.reduce(|one, two| Evidence { fail: one.fail.min(two.fail), pass: one.pass.min(two.pass) })
}

/// ln of the capital with half of it kept out of the game.
fn hedged(ln_capital: f64) -> f64 {
    ln_add_exp(ln_capital, 0.0) - core::f64::consts::LN_2
}

fn judged(own: Sums, found: Evidence, estimate: f64, levels: (f64, f64)) -> Judgement {
    let (needed_fail, needed_pass) = (needed(levels.0), needed(levels.1));
    let (low, high) = interval(own, needed_fail, needed_pass);
    Judgement {
        verdict: verdict(found.fail, found.pass, needed_fail, needed_pass),
        estimate,
        interval: (own.range.value(low), own.range.value(high)),
        ln_e_fail: finite(found.fail),
        ln_e_pass: finite(found.pass),
        needed_fail,
        needed_pass,
    }
}

/// The limits refused neither way, on the scale of the range; each end is rounded outwards.
fn interval(sums: Sums, needed_low: f64, needed_high: f64) -> (f64, f64) {
    if sums.count <= 0.0 {
        return (0.0, 1.0);
    }
    let mean = sums.sum / sums.count;
    let low = end(0.0, mean, HALVINGS, |m| enough(of_one(sums, m).fail, needed_low));
    let high = end(1.0, mean, HALVINGS, |m| enough(of_one(sums, m).pass, needed_high));
    (low, high)
}
