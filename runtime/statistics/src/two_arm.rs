//! The judge of a canary against another arm, with a margin.
//!
//! Two-sample binomial test by universal inference. With the margin line
//! g(p) = times · p + plus, the nulls are "canary <= g(stable)" (evidence
//! against it fails the gate) and "canary >= g(stable)" (evidence against it
//! passes). For each, `ln E = ln(mixture of likelihoods) - max over the null of
//! ln L`. As in [`crate::one_arm`], E lies below a martingale of mean 1
//! whatever the two true rates, whatever the split of traffic and however it
//! is changed along the way: no look, rate or weight breaks the level.
//!
//! # The maximum over the null
//!
//! If the observed rates satisfy the null, they are the maximum. Otherwise,
//! ln L being concave and the null convex, the maximum lies on the margin line:
//! a one-dimensional concave problem, solved by halving on the sign of the
//! slope, a fixed number of times.
//!
//! # The mixtures
//!
//! To fail: each arm has its own rate, under the priors of `mixture.rs`.
//! To pass: half of that, and half "the release is unchanged", one rate for
//! both arms. The canary that should pass is as a rule one that changed
//! nothing, and not having to learn its rate apart makes it pass earlier. The
//! half costs at most ln 2 nats when it is wrong, and never the level.
//!
//! Sources: L. Wasserman, A. Ramdas, S. Balakrishnan, "Universal inference",
//! PNAS 117 (2020); R. Turner, A. Ly, P. Grünwald, "Generic E-variables for
//! exact sequential k-sample tests", arXiv 2106.02693, for the problem.

use core::f64::consts::LN_2;

use crate::counts::{Arm, Counts};
use crate::judgement::{Judgement, finite, needed, verdict};
use crate::margin::Margin;
use crate::mixture::{ANY_RATE, ANY_WORSE_RATE, deviance, ln_mixture};
use crate::one_arm::{Evidence, interval};
use crate::special::ln_add_exp;

/// Halvings of the bracket of the constrained maximum, at most 1 wide.
const HALVINGS: u32 = 100;

/// Judges the rate of `canary` against `margin` over the rate of `stable` (or
/// of whichever arm the gate compares with).
///
/// * fail: evidence of at least `ln(1/alpha_fail)` against
///   "canary <= times · stable + plus";
/// * pass: evidence of at least `ln(1/alpha_pass)` against
///   "canary >= times · stable + plus";
/// * otherwise inconclusive, and always when an arm is empty.
///
/// May be called after every request. For rates constant in each arm, the
/// chance of ever failing while the canary is within the margin is at most
/// `alpha_fail`; of ever passing while it is not, at most `alpha_pass`.
///
/// More bad requests in the canary never make positive evidence to fail
/// smaller, nor positive evidence to pass larger. (Evidence below 0 says
/// nothing, and is not ordered. Tested over whole ranges of counts, not proved.)
///
/// Domain: levels outside `(0, 1)` never give their verdict. Counts may be as
/// large as `u64` holds; accuracy of the evidence about 10^-9 nats up to 10^12.
#[must_use]
pub fn judge_difference(canary: Counts, stable: Counts, margin: Margin, alpha_fail: f64, alpha_pass: f64) -> Judgement {
    let (canary, stable) = (Arm::from(canary), Arm::from(stable));
    let (needed_fail, needed_pass) = (needed(alpha_fail), needed(alpha_pass));
    let evidence = evidence(canary, stable, margin);
    let compared = !canary.is_empty() && !stable.is_empty();
    Judgement {
        verdict: verdict(evidence.fail, evidence.pass, needed_fail, needed_pass),
        estimate: if compared { canary.rate() - stable.rate() } else { 0.0 },
        interval: interval(canary, needed_fail, needed_pass),
        ln_e_fail: finite(evidence.fail),
        ln_e_pass: finite(evidence.pass),
        needed_fail,
        needed_pass,
    }
}

/// The evidence alone, `(ln_e_fail, ln_e_pass)` of [`judge_difference`] to the bit, for whoever needs neither a verdict nor an
/// interval: a tenth of the time.
#[must_use]
pub fn evidence_of_difference(canary: Counts, other: Counts, margin: Margin) -> (f64, f64) {
    let evidence = evidence(Arm::from(canary), Arm::from(other), margin);
    (finite(evidence.fail), finite(evidence.pass))
}

/// ln E against "canary <= margin" and "canary >= margin", in nats.
pub(crate) fn evidence(canary: Arm, stable: Arm, margin: Margin) -> Evidence {
    let beside = ln_mixture(stable, &ANY_RATE);
    let worse = ln_mixture(canary, &ANY_WORSE_RATE) + beside;
    let apart = ln_mixture(canary, &ANY_RATE) + beside;
    let within = ln_add_exp(apart, ln_unchanged(canary, stable)) - LN_2;
    if canary.is_empty() || stable.is_empty() {
        return Evidence { fail: worse, pass: within };
    }
    let allowed = margin.allowed(stable.rate());
    if canary.rate() > allowed {
        Evidence { fail: worse + distance_to_margin(canary, stable, margin), pass: within }
    } else if canary.rate() < allowed {
        Evidence { fail: worse, pass: within + distance_to_margin(canary, stable, margin) }
    } else {
        Evidence { fail: worse, pass: within }
    }
}

/// ln of the mixture with one rate for both arms, over the maximum likelihood
/// with two; at most 0.
fn ln_unchanged(canary: Arm, stable: Arm) -> f64 {
    let both = canary.pooled(stable);
    let rate = both.rate();
    ln_mixture(both, &ANY_RATE) - deviance(canary, rate) - deviance(stable, rate)
}

/// ln of the maximum likelihood over the maximum on the margin line, in nats.
fn distance_to_margin(canary: Arm, stable: Arm, margin: Margin) -> f64 {
    let nearest = nearest_on_margin(canary, stable, margin);
    let allowed = margin.allowed(nearest).clamp(0.0, 1.0);
    deviance(canary, allowed) + deviance(stable, nearest)
}

/// The rate of `stable` at the likeliest point of the margin line. It lies
/// between the rate of `stable` and the rate beside which the canary would be
/// just allowed: outside, both deviances rise.
fn nearest_on_margin(canary: Arm, stable: Arm, margin: Margin) -> f64 {
    let (least, most) = margin.range();
    let own = stable.rate().clamp(least, most);
    let just_allowed =
        if margin.times() > 0.0 { ((canary.rate() - margin.plus()) / margin.times()).clamp(least, most) } else { own };
    let (mut low, mut high) = (own.min(just_allowed), own.max(just_allowed));
    for _ in 0..HALVINGS {
        let middle = 0.5 * (low + high);
        if middle == low || middle == high {
            break;
        }
        if falling(canary, stable, margin, middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Whether the deviance still falls at `p` along the margin line. The slope is
/// times · n(g − ĝ)/(g(1 − g)) + n(p − p̂)/(p(1 − p)); here multiplied by both
/// denominators, so that nothing is divided by zero at the ends.
fn falling(canary: Arm, stable: Arm, margin: Margin, p: f64) -> bool {
    let g = margin.allowed(p).clamp(0.0, 1.0);
    let from_canary = margin.times() * canary.total * (g - canary.rate()) * (p * (1.0 - p));
    let from_stable = stable.total * (p - stable.rate()) * (g * (1.0 - g));
    from_canary + from_stable < 0.0
}
