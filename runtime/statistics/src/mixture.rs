//! The mixture of likelihoods that stands for "any other rate", and the
//! distance of a rate from the data.
//!
//! Both are kept relative to the maximum likelihood L(p̂), never as
//! log-likelihoods of their own: `ln E = ln(mixture / L(p̂)) + ln(L(p̂) / L(p0))`,
//! a negative number of a few nats plus a deviance.
//!
//! # The prior
//!
//! Error rates of services lie at 0.01 % to 1 % and, when a release is broken,
//! anywhere up to 100 %. Beta(½, ½) alone (Krichevsky–Trofimov) spends most of
//! its mass far above that. So the prior is an equal mixture of Beta(½, ½),
//! Beta(½, 50) and Beta(½, 500): each has the minimax shape ½ at zero, and they
//! reach up to about 1, 1/50 and 1/500. The choice is part of the judges'
//! definition. Any fixed prior keeps the level; this one buys power where
//! services live. Canary requests to pass, at 0.2 % usual errors, a margin of
//! 2 percentage points, 5 % of traffic and 95 %: Beta(½, ½) alone 556, with
//! Beta(½, 50) 418, with all three 385; to fail at 10 %: 146, 128, 128
//! (131 with the change below).
//!
//! When the question is whether a canary is *worse*, Beta(½, ½) gives way to
//! Beta(½, ⅓) for it. Under Beta(½, ½) an arm of bad requests only costs more
//! than one with a good request among them (by up to ln(e/2) nats; ⅓ is below
//! the bound 1/e at which that ends): beside a small arm, the worst canary would
//! look better than the second worst.

use libm::{log, log1p};

use crate::counts::Arm;
use crate::special::{HALF_LN_TWO_PI, deviance_part, ln_add_exp, stirling_error};

/// One Beta(a, b) of a prior, with its ln B(a, b).
pub(crate) struct Prior {
    pub(crate) a: f64,
    pub(crate) b: f64,
    pub(crate) ln_beta: f64,
}

const BELOW_TWO_PERCENT: Prior = Prior { a: 0.5, b: 50.0, ln_beta: -1.381_146_601_451_041_1 };

const BELOW_TWO_PER_MILLE: Prior = Prior { a: 0.5, b: 500.0, ln_beta: -2.534_689_106_328_062_4 };

/// The equally weighted parts of the prior on an arm's rate.
pub(crate) const ANY_RATE: [Prior; 3] =
    [Prior { a: 0.5, b: 0.5, ln_beta: 1.144_729_885_849_400_2 }, BELOW_TWO_PERCENT, BELOW_TWO_PER_MILLE];

/// The prior on the rate of a canary suspected to be worse than its margin.
pub(crate) const ANY_WORSE_RATE: [Prior; 3] =
    [Prior { a: 0.5, b: 1.0 / 3.0, ln_beta: 1.436_641_958_521_362 }, BELOW_TWO_PERCENT, BELOW_TWO_PER_MILLE];

/// ln(∫ L(p) dπ(p) / L(p̂)) for the mixture prior π: what it costs not to know
/// the rate. At most 0; 0 for an empty arm; about −½ ln(number of requests)
/// minus a constant.
pub(crate) fn ln_mixture(arm: Arm, priors: &[Prior; 3]) -> f64 {
    if arm.is_empty() {
        return 0.0;
    }
    let sum = priors.iter().map(|prior| ln_part(arm, prior)).fold(f64::NEG_INFINITY, ln_add_exp);
    (sum - log(priors.len() as f64)).min(0.0)
}

/// ln(B(a + bad, b + good) / B(a, b) / L(p̂)), by Stirling's formula with the
/// parts of order n cancelled on paper: (x − ½) ln x − k ln k with x = a + k is
/// k ln(1 + a/k) + (a − ½) ln x.
pub(crate) fn ln_part(arm: Arm, prior: &Prior) -> f64 {
    growth(arm.bad, prior.a) + growth(arm.good, prior.b) - growth(arm.total, prior.a + prior.b) + HALF_LN_TWO_PI
        - prior.ln_beta
}

/// ln Γ(k + a) − k ln k + k − ½ ln 2π (the last three cancel between arms).
fn growth(k: f64, a: f64) -> f64 {
    let x = k + a;
    let shift = if k > 0.0 { k * log1p(a / k) } else { 0.0 };
    shift + (a - 0.5) * log(x) + stirling_error(x)
}

/// ln(L(p̂) / L(p)): how far the rate `p` in `0..=1` is from the arm's data, in
/// nats. Never negative; +∞ where `p` excludes what was seen.
pub(crate) fn deviance(arm: Arm, p: f64) -> f64 {
    deviance_part(arm.bad, arm.total * p) + deviance_part(arm.good, arm.total * (1.0 - p))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::counts::Counts;
    use crate::special::ln_beta;

    #[test]
    fn the_priors_know_their_ln_beta() {
        for prior in ANY_RATE.iter().chain(&ANY_WORSE_RATE) {
            assert!((prior.ln_beta - ln_beta(prior.a, prior.b)).abs() < 1e-13);
        }
    }

    /// The mixture gives every sequence of n requests a probability: they sum
    /// to 1 over all sequences, which is what makes it a martingale.
    #[test]
    fn the_mixture_is_a_distribution() {
        for n in [1_u64, 2, 17, 300, 1000] {
            let mut sum = 0.0;
            let mut ln_choose = 0.0;
            for bad in 0..=n {
                let arm = Arm::from(Counts::new(n, bad).unwrap());
                let likelihood = ln_likelihood(arm);
                sum += libm::exp(ln_choose + ln_mixture(arm, &ANY_RATE) + likelihood);
                ln_choose += libm::log((n - bad) as f64) - libm::log((bad + 1) as f64);
            }
            assert!((sum - 1.0).abs() < 1e-10, "{n}: {sum}");
        }
    }

    fn ln_likelihood(arm: Arm) -> f64 {
        let part = |k: f64| {
            if k > 0.0 { k * log(k / arm.total) } else { 0.0 }
        };
        part(arm.bad) + part(arm.good)
    }

    /// With one Beta(½, ½) and no bad request, the mixture is
    /// Γ(n + ½) / (Γ(n + 1) √π), about 1 / √(πn): known to all digits at 10^12.
    #[test]
    fn the_cost_is_accurate_at_a_trillion() {
        let jeffreys = Prior { a: 0.5, b: 0.5, ln_beta: log(core::f64::consts::PI) };
        let n = 1e12;
        let clean = Arm::expected(n, 0.0);
        let known = -0.5 * log(core::f64::consts::PI * n) - 1.0 / (8.0 * n);
        assert!((ln_part(clean, &jeffreys) - known).abs() < 1e-12);
        // At p̂ = ½: ½ ln(2 / (πn)), up to 1/n.
        let half = Arm::expected(n, 0.5);
        let known = 0.5 * log(2.0 / (core::f64::consts::PI * n));
        assert!((ln_part(half, &jeffreys) - known).abs() < 1e-11);
    }
}
