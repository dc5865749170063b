//! The judge of a rate against a constant limit.
//!
//! Universal inference with a mixture: for the null "p <= limit",
//! `ln E = ln(∫ L(p) dπ(p)) - max over the null of ln L(p)`. The mixture over
//! L at the true rate is a martingale of mean 1, and the maximum over the null
//! is at least L at the true rate, so E is below that martingale: Ville's
//! inequality bounds the chance that E ever reaches 1/α by α.
//!
//! Sources: L. Wasserman, A. Ramdas, S. Balakrishnan, "Universal inference",
//! PNAS 117 (2020); H. Robbins, "Statistical methods related to the law of the
//! iterated logarithm", Ann. Math. Stat. 41 (1970) for the mixture.

use crate::counts::{Arm, Counts};
use crate::judgement::{Judgement, enough, finite, needed, verdict};
use crate::mixture::{ANY_RATE, deviance, ln_mixture};

/// Halvings of an interval's bracket, at most 1 wide: past the last bit of
/// every rate above 10^-20.
const HALVINGS: u32 = 120;

/// Judges the rate of `counts` against `limit`.
///
/// * fail: evidence of at least `ln(1/alpha_fail)` against "rate <= limit";
/// * pass: evidence of at least `ln(1/alpha_pass)` against "rate >= limit";
/// * otherwise inconclusive, and always for an empty arm.
///
/// May be called after every request. For a constant true rate, the chance of
/// ever failing while the rate is within the limit is at most `alpha_fail`;
/// of ever passing while it is not, at most `alpha_pass`.
///
/// Domain: `limit` is a share, taken as the nearest of `0..=1` (NaN: never a
/// verdict); levels outside `(0, 1)` never give their verdict. Counts may be as
/// large as `u64` holds; accuracy of the evidence about 10^-9 nats up to 10^12.
#[must_use]
pub fn judge_limit(counts: Counts, limit: f64, alpha_fail: f64, alpha_pass: f64) -> Judgement {
    let arm = Arm::from(counts);
    let (needed_fail, needed_pass) = (needed(alpha_fail), needed(alpha_pass));
    let evidence = evidence(arm, limit);
    Judgement {
        verdict: verdict(evidence.fail, evidence.pass, needed_fail, needed_pass),
        estimate: arm.rate(),
        interval: interval(arm, needed_fail, needed_pass),
        ln_e_fail: finite(evidence.fail),
        ln_e_pass: finite(evidence.pass),
        needed_fail,
        needed_pass,
    }
}

/// ln E against either null, in nats.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Evidence {
    /// Against "within what is allowed".
    pub(crate) fail: f64,
    /// Against "worse than what is allowed".
    pub(crate) pass: f64,
}

/// ln E against "rate <= limit" and "rate >= limit", in nats.
pub(crate) fn evidence(arm: Arm, limit: f64) -> Evidence {
    let mixture = ln_mixture(arm, &ANY_RATE);
    let rate = arm.rate();
    let distance = if arm.is_empty() || limit.is_nan() { 0.0 } else { deviance(arm, limit.clamp(0.0, 1.0)) };
    let beyond = |contradicts: bool| {
        if contradicts { mixture + distance } else { mixture }
    };
    Evidence { fail: beyond(rate > limit), pass: beyond(rate < limit) }
}

/// The limits refused neither way: between the greatest refused as too low
/// (evidence `needed_low`) and the least refused as too high (`needed_high`).
/// Each end is rounded outwards.
pub(crate) fn interval(arm: Arm, needed_low: f64, needed_high: f64) -> (f64, f64) {
    let mixture = ln_mixture(arm, &ANY_RATE);
    let refused = |p: f64, needed: f64| enough(mixture + deviance(arm, p), needed);
    let end = |outer: f64, needed: f64| {
        if arm.is_empty() || !refused(outer, needed) {
            return outer;
        }
        let (mut out, mut within) = (outer, arm.rate());
        for _ in 0..HALVINGS {
            let middle = 0.5 * (out + within);
            if middle == out || middle == within {
                break;
            }
            if refused(middle, needed) {
                out = middle;
            } else {
                within = middle;
            }
        }
        out
    };
    (end(0.0, needed_low), end(1.0, needed_high))
}
