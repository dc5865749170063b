//! Judges of quantiles, from histograms: "p95 <= x" is "at most 5 % lie above x", and needs no distribution.
//!
//! The share above x is judged by the binomial judge [`crate::judge_limit`]. Where x is no bucket's bound, only an interval
//! of that share is known: the gate fails when even its least part does, passes when even its greatest does, and is
//! inconclusive otherwise. Nothing is interpolated.
//!
//! Intervals of a quantile end at buckets' bounds: a bound b lies above the q-quantile when "at most a share q is at or
//! below b" is refused. All bounds at once, at the level of one: the greatest bound below the quantile decides for all
//! others, since counts at or below rise with the bound. At one look the test is the exact binomial one, at every look the
//! beta-binomial mixture of S. Howard and A. Ramdas, "Sequential estimation of quantiles", Bernoulli 28 (2022), theorem 1.

use libm::{ceil, log, sqrt};

use crate::allowance::Allowance;
use crate::counts::{Arm, Counts};
use crate::histogram::Histogram;
use crate::judgement::{Judgement, Verdict, enough, needed};
use crate::one_arm::{evidence, judge_limit};
use crate::tails::{at_least, at_most, is_level};

/// Where a quantile lies. Nothing stands for "no bound known": below the first bucket's bound, or above the last.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Between {
    /// The quantile is greater than this.
    pub low: Option<f64>,
    /// The quantile is at most this.
    pub high: Option<f64>,
}

/// What is known of a quantile against a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileJudgement {
    /// What follows.
    pub verdict: Verdict,
    /// The judgement of the observations certainly above the limit.
    pub least: Judgement,
    /// The judgement with all that may be above it. The same as `least` where the limit is a bucket's bound.
    pub most: Judgement,
}

/// Judges "the `q`-quantile is at most `limit`", at every look: whether at most `1 − q` of the observations lie above it.
///
/// Levels and domain as for [`judge_limit`]; `q` outside `0..=1` (or NaN) and a NaN limit never give a verdict.
#[must_use]
pub fn judge_quantile(
    histogram: &Histogram,
    q: f64,
    limit: f64,
    alpha_fail: f64,
    alpha_pass: f64,
) -> QuantileJudgement {
    let above = histogram.above(limit);
    let share = if (0.0..=1.0).contains(&q) { 1.0 - q } else { f64::NAN };
    let least = judge_limit(above.least, share, alpha_fail, alpha_pass);
    let most = judge_limit(above.most, share, alpha_fail, alpha_pass);
    let verdict = match (least.verdict, most.verdict) {
        (Verdict::Fail, _) => Verdict::Fail,
        (_, Verdict::Pass) => Verdict::Pass,
        _ => Verdict::Inconclusive,
    };
    QuantileJudgement { verdict, least, most }
}

/// The bucket in which the `q`-quantile of what was observed lies: the first one up to which a share of at least `q` is.
/// Nothing known for no observations, or `q` outside `0..=1`.
#[must_use]
pub fn quantile(histogram: &Histogram, q: f64) -> Between {
    if histogram.total() == 0 || !(0.0..=1.0).contains(&q) {
        return Between::default();
    }
    let needed = q * histogram.total() as f64;
    let reaches = |seen: &Counts| seen.bad() as f64 >= needed;
    let high = histogram.at_or_below().find(|(_, seen)| reaches(seen));
    let low = histogram.at_or_below().rev().find(|(_, seen)| !reaches(seen));
    Between { low: low.map(|(bound, _)| bound), high: high.map(|(bound, _)| bound) }
}

/// The `q`-quantile at one look: it lies outside with probability at most `alpha`, half of it at each end. (The exact
/// binomial interval of order statistics, rounded outwards to buckets.) Outside the domain (`q` and `alpha` strictly
/// between 0 and 1): nothing known.
#[must_use]
pub fn quantile_interval(histogram: &Histogram, q: f64, alpha: f64) -> Between {
    let refused = |seen: Counts| Refused {
        too_small: at_least(seen.total(), q, seen.bad()) <= alpha / 2.0,
        too_great: at_most(seen.total(), q, seen.bad()) <= alpha / 2.0,
    };
    between(histogram, q, alpha, refused)
}

/// The `q`-quantile at every look: the chance that it ever lies outside is at most `alpha`, half of it at each end. Domain
/// as for [`quantile_interval`].
#[must_use]
pub fn quantile_sequence(histogram: &Histogram, q: f64, alpha: f64) -> Between {
    let refused = |seen: Counts| {
        let evidence = evidence(Arm::from(seen), q);
        let refused = |ln_e: f64| enough(ln_e, needed(alpha / 2.0));
        Refused { too_small: refused(evidence.fail), too_great: refused(evidence.pass) }
    };
    between(histogram, q, alpha, refused)
}

/// What the share at or below a bound refuses.
struct Refused {
    /// "At most a share q is at or below the bound": the quantile is not above it.
    too_small: bool,
    /// "At least a share q is": the quantile is above it.
    too_great: bool,
}

fn between(histogram: &Histogram, q: f64, alpha: f64, refused: impl Fn(Counts) -> Refused) -> Between {
    if !is_level(q) || !is_level(alpha) || histogram.total() == 0 {
        return Between::default();
    }
    let low = histogram.at_or_below().rev().find(|(_, seen)| refused(*seen).too_great);
    let high = histogram.at_or_below().find(|(_, seen)| refused(*seen).too_small);
    Between { low: low.map(|(bound, _)| bound), high: high.map(|(bound, _)| bound) }
}

/// Judges, at every look, whether the `q`-quantile of `canary` is at most what `allowance` allows beside that of `other`.
///
/// Each arm's quantile has a confidence sequence with half of the level on the side that counts; a verdict is given when
/// they are apart. Inconclusive where an end is unknown, as when a quantile lies above the last bucket's bound.
#[must_use]
pub fn judge_quantiles(
    canary: &Histogram,
    other: &Histogram,
    q: f64,
    allowance: Allowance,
    alpha_fail: f64,
    alpha_pass: f64,
) -> Verdict {
    let beyond = |own: Option<f64>, beside: Option<f64>| own.zip(beside).map(|(a, b)| (a, allowance.allowed(b)));
    // A sequence at level α has α / 2 at each end, and only one end of each arm is used.
    let (own, beside) = (quantile_sequence(canary, q, alpha_fail), quantile_sequence(other, q, alpha_fail));
    let worse = beyond(own.low, beside.high).is_some_and(|(own, allowed)| own >= allowed);
    let (own, beside) = (quantile_sequence(canary, q, alpha_pass), quantile_sequence(other, q, alpha_pass));
    let within = beyond(own.high, beside.low).is_some_and(|(own, allowed)| own <= allowed);
    match (worse, within) {
        (true, false) => Verdict::Fail,
        (false, true) => Verdict::Pass,
        _ => Verdict::Inconclusive,
    }
}

/// The closed form of Howard and Ramdas: the distance in shares within which the quantiles of n observations stay at every
/// look, `1.5 √(q(1 − q) l) + 0.8 l` with `l = (1.4 ln ln(2.1 n) + ln(10/α)) / n`. For comparison: the mixture of
/// [`quantile_sequence`] is narrower up to ten thousand observations, and at the median of a million a tenth wider. 1,
/// everything, for no observations or outside the domain.
#[must_use]
pub fn closed_form_distance(n: u64, q: f64, alpha: f64) -> f64 {
    if n == 0 || !is_level(q) || !is_level(alpha) {
        return 1.0;
    }
    let n = n as f64;
    let l = (1.4 * log(log(2.1 * n)) + log(10.0 / alpha)) / n;
    (1.5 * sqrt(q * (1.0 - q) * l) + 0.8 * l).min(1.0)
}

/// The least n with `q^n <= alpha`, ln α / ln q: with fewer observations, the greatest of them does not bound the
/// `q`-quantile from above with confidence 1 − α, and nothing does. p99 at 95 %: 299. Nothing outside the domain (`q` and
/// `alpha` strictly between 0 and 1), or beyond [`crate::MOST_REQUESTS`].
#[must_use]
pub fn requests_to_bound(q: f64, alpha: f64) -> Option<u64> {
    if !is_level(q) || !is_level(alpha) {
        return None;
    }
    // The slack keeps an exact power (0.5² = 0.25) from being rounded up.
    let least = ceil(log(alpha) / log(q) * (1.0 - 4.0 * f64::EPSILON)).max(1.0);
    (least <= crate::MOST_REQUESTS as f64).then_some(least as u64)
}
