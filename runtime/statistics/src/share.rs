//! The judge of the canary's share of all errors, at every look.
//!
//! If the canary gets the share ρ of the traffic and fails `times` as often as the rest, each error is the canary's with
//! probability θ = ρ · times / (ρ · times + 1 − ρ): whatever the rate is, and however it changes with the hour. With s of
//! N errors the canary's, the beta-mixture e-process is
//!
//! `E = B(a + s, b + N − s) / B(a, b) / (θ^s (1 − θ)^(N − s))`.
//!
//! Source: M. Lindon and A. Malek, "Anytime-valid inference for multinomial count data", arXiv 2011.03567; in use as
//! M. Lindon, C. Sanden, V. Shirikian, arXiv 2205.14762. [`ln_share_evidence`] is that formula. The judge uses one side of
//! it: the Beta cut off at θ, above to fail and below to pass. The likelihood ratio of a greater share to a smaller one
//! grows with s, so that each is an e-process against the whole half-line of shares, not only against θ.
//!
//! # Where it does not hold
//!
//! The labels of successive errors are independent when errors are rare, or when each request draws its arm. Where
//! requests reach the arms in turns (ten here, ninety there: a router, a scrape that sees one arm first) and errors are
//! frequent, the first errors of every turn all belong to one arm: a request has at most *one* error. At 50 % errors and
//! turns of ten, an unchanged canary at α = 5 % is failed with probability 19 %, at 90 % nearly always, if a look
//! may fall inside a turn (`tests/share.rs` computes both). Hence [`Form::for_rate`]: above [`RARE`] the two-sample
//! binomial judge [`crate::judge_difference`] is the sound one. It knows how many requests each arm had. It is also the
//! one for `plus`: the share at the edge of `stable + 0.2%` depends on the rate. The choice is made from what is declared,
//! before the rollout; to choose by the observed rate would be one more look at the data.

use crate::counts::Arm;
use crate::judgement::{Verdict, finite, needed, verdict};
use crate::margin::Margin;
use crate::mixture::{Prior, deviance, ln_part};
use crate::special::ln_beta;
use crate::tails::ln_incomplete_beta;

/// The greatest error rate up to which errors count as rare: 5 %.
pub const RARE: f64 = 0.05;

/// Which judge is sound for a comparison of two arms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// [`judge_shares`]: the canary's share of all errors.
    Share,
    /// [`crate::judge_difference`]: the two-sample binomial.
    TwoSample,
}

impl Form {
    /// The sound form where no arm's error rate is expected above `greatest_rate` (a share; NaN counts as high).
    #[must_use]
    pub fn for_rate(greatest_rate: f64, margin: Margin) -> Self {
        let relative = margin.plus() == 0.0 && margin.times() > 0.0;
        if relative && greatest_rate <= RARE { Self::Share } else { Self::TwoSample }
    }
}

/// Errors of a stretch of time with one weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Errors of the canary.
    pub canary: u64,
    /// Errors of the arm that it is compared with.
    pub other: u64,
    /// The canary's share of the requests of both arms, strictly between 0 and 1; a stretch with another one has no
    /// evidence.
    pub canary_share: f64,
}

/// What the shares say. No field is ever NaN or infinite.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ShareJudgement {
    /// What follows from the evidence.
    pub verdict: Verdict,
    /// The canary's share of all errors, in `0..=1`; 0 when there are none.
    pub estimate: f64,
    /// ln of the evidence against "at most `times` the other's rate", in nats.
    pub ln_e_fail: f64,
    /// ln of the evidence against "more than `times` the other's rate", in nats.
    pub ln_e_pass: f64,
    /// `ln(1 / alpha_fail)`, in nats.
    pub needed_fail: f64,
    /// `ln(1 / alpha_pass)`, in nats.
    pub needed_pass: f64,
}

/// Judges whether the canary's rate is at most `times` the other's, from errors alone.
///
/// * fail: evidence of at least `ln(1/alpha_fail)` that it is greater;
/// * pass: evidence of at least `ln(1/alpha_pass)` that it is less;
/// * otherwise inconclusive, and always without errors.
///
/// May be called after every error. Stretches with different weights multiply: a product of e-processes of successive
/// times is one. Rates may change with time if both arms change alike. Sound where errors are rare, [`Form::for_rate`].
///
/// Domain: `times` positive and finite (else: no evidence); levels outside `(0, 1)` never give their verdict; counts of
/// any size, accuracy about 10^-9 nats up to 10^12 errors.
#[must_use]
pub fn judge_shares(stretches: &[Stretch], times: f64, alpha_fail: f64, alpha_pass: f64) -> ShareJudgement {
    let (mut fail, mut pass) = (0.0, 0.0);
    let (mut canary, mut all) = (0.0, 0.0);
    for stretch in stretches {
        let errors = errors_of(*stretch);
        canary += errors.bad;
        all += errors.total;
        if let Some(null) = share_at_edge(stretch.canary_share, times) {
            fail += above(errors, null);
            pass += below(errors, null);
        }
    }
    let (needed_fail, needed_pass) = (needed(alpha_fail), needed(alpha_pass));
    ShareJudgement {
        verdict: verdict(fail, pass, needed_fail, needed_pass),
        estimate: if all > 0.0 { canary / all } else { 0.0 },
        ln_e_fail: finite(fail),
        ln_e_pass: finite(pass),
        needed_fail,
        needed_pass,
    }
}

/// ln E of the published, two-sided e-process against "each error is the canary's with probability `share`", in nats, with
/// the prior Beta(a, b).
///
/// Domain: `0 < share < 1` and finite a, b > 0; outside: 0, no evidence.
#[must_use]
pub fn ln_share_evidence(canary: u64, other: u64, share: f64, a: f64, b: f64) -> f64 {
    let sound = share > 0.0 && share < 1.0 && a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite();
    let errors = errors_of(Stretch { canary, other, canary_share: share });
    if !sound || errors.is_empty() {
        return 0.0;
    }
    finite(ln_part(errors, &Prior { a, b, ln_beta: ln_beta(a, b) }) + deviance(errors, share))
}

/// Errors as an arm: the canary's are the "bad" ones.
fn errors_of(stretch: Stretch) -> Arm {
    let (bad, good) = (stretch.canary as f64, stretch.other as f64);
    Arm { total: bad + good, bad, good }
}

/// The share of errors of a canary exactly `times` as bad, and the rest of it.
#[derive(Clone, Copy)]
struct Edge {
    share: f64,
    rest: f64,
}

fn share_at_edge(canary_share: f64, times: f64) -> Option<Edge> {
    let weights = canary_share > 0.0 && canary_share < 1.0 && times > 0.0 && times.is_finite();
    let odds = times * canary_share / (1.0 - canary_share);
    let edge = Edge { share: odds / (1.0 + odds), rest: 1.0 / (1.0 + odds) };
    (weights && edge.share > 0.0 && edge.rest > 0.0 && odds.is_finite()).then_some(edge)
}

/// The prior before it is cut: Beta(1, b) with its mean at the edge, so that it knows the scale of a small share.
fn prior(edge: Edge) -> Prior {
    let b = (edge.rest / edge.share).clamp(1e-3, 1e6);
    Prior { a: 1.0, b, ln_beta: ln_beta(1.0, b) }
}

fn above(errors: Arm, edge: Edge) -> f64 {
    one_side(errors, edge, |a, b| ln_incomplete_beta(b, a, edge.rest, edge.share))
}

fn below(errors: Arm, edge: Edge) -> f64 {
    one_side(errors, edge, |a, b| ln_incomplete_beta(a, b, edge.share, edge.rest))
}

/// ln E with the prior cut to one side, whose mass under Beta(a, b) is `ln_mass(a, b)`.
fn one_side(errors: Arm, edge: Edge, ln_mass: impl Fn(f64, f64) -> f64) -> f64 {
    if errors.is_empty() {
        return 0.0;
    }
    let prior = prior(edge);
    let kept = ln_mass(prior.a + errors.bad, prior.b + errors.good) - ln_mass(prior.a, prior.b);
    finite(ln_part(errors, &prior) + deviance(errors, edge.share) + kept)
}
