//! The exact judge of one look.
//!
//! *Against another arm.* Given the errors of both arms together, the canary's part of them is binomial with the share
//! θ = times · n_c / (times · n_c + n_o) at the edge of a purely relative margin, whatever the usual rate: an exact test
//! without a nuisance (Przyborowski and Wilenski, Biometrika 31, 1940). It is exact for rare (Poisson) errors and on the
//! safe side for frequent ones, whose sum is less variable. The p-value is the whole tail, not the mid-p: a mid-p test
//! does not keep its level.
//!
//! *With something added.* `<= stable + 0.2%` has no such share; the usual rate stays in it. The p-value is then the
//! greatest over a confidence interval of the other arm's rate, plus that interval's own level (R. Berger and D. Boos,
//! JASA 89, 1994): sound for every rate, a little conservative.
//!
//! The level holds at one look, decided before the rollout. Judges for every look are [`crate::two_arm`] and
//! [`crate::share`].

use crate::counts::Counts;
use crate::judgement::Verdict;
use crate::margin::Margin;
use crate::tails::{at_least, at_most, greatest_rate, is_level, least_rate};

/// Part of a level that goes to the interval of the other arm's rate where a margin adds something.
const FOR_THE_OTHER: f64 = 0.2;

/// What one look says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OneLook {
    /// What follows at the two levels.
    pub verdict: Verdict,
    /// One arm: its rate. Two arms: the canary's rate minus the other's, in `-1..=1`. 0 when an arm is empty.
    pub estimate: f64,
    /// p-value of "within what is allowed", in `0..=1`; small values fail the gate.
    pub p_fail: f64,
    /// p-value of "worse than what is allowed", in `0..=1`; small values pass it.
    pub p_pass: f64,
}

/// Judges `counts` against the constant `limit` at one look, by the exact binomial test.
///
/// * fail: P(at least as many bad requests) at the limit is at most `alpha_fail`;
/// * pass: P(at most as many) at the limit is at most `alpha_pass`;
/// * otherwise inconclusive, and always for an empty arm.
///
/// Domain: `limit` is taken as the nearest of `0..=1` (NaN: never a verdict); levels outside `(0, 1)` never give theirs.
#[must_use]
pub fn judge_limit_once(counts: Counts, limit: f64, alpha_fail: f64, alpha_pass: f64) -> OneLook {
    let p_fail = at_least(counts.total(), limit, counts.bad());
    let p_pass = at_most(counts.total(), limit, counts.bad());
    one_look(counts.rate(), counts.total() > 0, (p_fail, p_pass), (alpha_fail, alpha_pass))
}

/// Judges `canary` against `margin` over `other` at one look; see the head of this file for the two forms.
///
/// * fail: the p-value of "canary <= times · other + plus" is at most `alpha_fail`;
/// * pass: that of "canary >= times · other + plus" is at most `alpha_pass`;
/// * otherwise inconclusive, and always when an arm is empty.
///
/// Levels outside `(0, 1)` never give their verdict.
#[must_use]
pub fn judge_once(canary: Counts, other: Counts, margin: Margin, alpha_fail: f64, alpha_pass: f64) -> OneLook {
    let compared = canary.total() > 0 && other.total() > 0;
    let p = if !compared {
        (1.0, 1.0)
    } else if margin.plus() == 0.0 {
        by_share(canary, other, margin.times())
    } else {
        by_interval(canary, other, margin, (alpha_fail, alpha_pass))
    };
    let estimate = canary.rate().zip(other.rate()).map(|(own, beside)| own - beside);
    one_look(estimate, compared, p, (alpha_fail, alpha_pass))
}

fn by_share(canary: Counts, other: Counts, times: f64) -> (f64, f64) {
    let errors = canary.bad().saturating_add(other.bad());
    let expected = times * canary.total() as f64;
    let share = expected / (expected + other.total() as f64);
    // A factor of 10^300 makes ∞/∞: the canary may then have every error.
    let share = if share.is_nan() { 1.0 } else { share };
    (at_least(errors, share, canary.bad()), at_most(errors, share, canary.bad()))
}

fn by_interval(canary: Counts, other: Counts, margin: Margin, levels: (f64, f64)) -> (f64, f64) {
    let (to_fail, to_pass) = (FOR_THE_OTHER * levels.0, FOR_THE_OTHER * levels.1);
    let most = margin.allowed(greatest_rate(other, to_fail));
    let least = margin.allowed(least_rate(other, to_pass));
    let p_fail = at_least(canary.total(), most, canary.bad()) + to_fail;
    // Nothing is worse than an allowed rate of 1, and nothing else can be passed for certain.
    let p_pass = at_most(canary.total(), least, canary.bad()) + to_pass;
    (at_most_one(p_fail), at_most_one(p_pass))
}

/// The nearest p-value; 1 for a NaN (of a level that is none).
fn at_most_one(p: f64) -> f64 {
    if p >= 0.0 { p.min(1.0) } else { 1.0 }
}

fn one_look(estimate: Option<f64>, seen: bool, p: (f64, f64), levels: (f64, f64)) -> OneLook {
    let refused = |p: f64, alpha: f64| seen && is_level(alpha) && p <= alpha;
    let verdict = match (refused(p.0, levels.0), refused(p.1, levels.1)) {
        (true, false) => Verdict::Fail,
        (false, true) => Verdict::Pass,
        // Both only where levels add up to more than 1: the two answers then say nothing together.
        _ => Verdict::Inconclusive,
    };
    OneLook { verdict, estimate: estimate.unwrap_or_default(), p_fail: p.0, p_pass: p.1 }
}
