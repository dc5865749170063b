//! What no test can do with too few requests: exact power, and the least number of requests of any gate.
//!
//! Two lower bounds, sound for *every* test that looks at most at n canary requests, sequential or not:
//!
//! * (A) the usual rate p0 is known for certain: the most powerful test of p0 against p1 (Neyman and Pearson 1933), with
//!   the randomization that makes its level exactly α. If even that has power below 1 − β, nothing has it.
//! * (B) p0 is measured in an arm of its own: any test with both errors bounded must gather
//!   `n_c KL(p1‖p̄) + n_b KL(p0‖p̄) >= kl(1 − β‖α)` nats, with p̄ the pooled rate (data processing; for sequential tests
//!   Wald's inequality): p̄ in both arms is a world without a difference.
//!
//! `least = max(A, B)`. The normal formula for two proportions errs both ways and is not here.

use libm::{log, log1p};

use crate::needed::least;
use crate::tails::{at_least, exactly, is_level};

/// What the canary is compared with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Baseline {
    /// The usual rate is known for certain; only bound (A) applies.
    Known,
    /// An arm of so many requests.
    Requests(u64),
    /// An arm with so many requests for each of the canary's: 19 at a weight of 5 %. Positive and finite.
    PerCanary(f64),
}

/// Greatest power of any test of "the rate is `p0`" against "it is `p1`" at level `alpha` on `n` requests, in `0..=1`:
/// that of the randomized Neyman–Pearson test.
///
/// `p1 < p0` is the test that passes a good canary. Where `p1 = p0` it is `alpha`. Outside the domain (`p0`, `p1` in
/// `0..=1`, `alpha` strictly between 0 and 1) it is 0.
#[must_use]
pub fn power(n: u64, p0: f64, p1: f64, alpha: f64) -> f64 {
    if !is_rate(p0) || !is_rate(p1) || !is_level(alpha) {
        return 0.0;
    }
    if p1 < p0 { most_powerful(n, 1.0 - p0, 1.0 - p1, alpha) } else { most_powerful(n, p0, p1, alpha) }
}

/// The test refuses p0 beyond c bad requests, and at c with probability γ.
fn most_powerful(n: u64, p0: f64, p1: f64, alpha: f64) -> f64 {
    let c = critical(n, p0, alpha);
    let beyond = |p: f64| at_least(n, p, c.saturating_add(1));
    let at = exactly(n, p0, c);
    let gamma = if at > 0.0 { ((alpha - beyond(p0)) / at).clamp(0.0, 1.0) } else { 1.0 };
    (beyond(p1) + gamma * exactly(n, p1, c)).clamp(0.0, 1.0)
}

/// The least c with P(Bin(n, p0) > c) <= `alpha`, at most n.
fn critical(n: u64, p0: f64, alpha: f64) -> u64 {
    let small = |c: u64| at_least(n, p0, c.saturating_add(1)) <= alpha;
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if small(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Kullback–Leibler divergence KL(p‖q) of two coins, in nats: what one toss of p tells against q. Never negative; +∞ where
/// q excludes what p does. Outside `0..=1`: 0, nothing told.
#[must_use]
pub fn divergence(p: f64, q: f64) -> f64 {
    if !is_rate(p) || !is_rate(q) {
        return 0.0;
    }
    let part = |p: f64, q: f64| {
        if p <= 0.0 {
            0.0
        } else if q <= 0.0 {
            f64::INFINITY
        } else {
            p * (log(p) - log(q))
        }
    };
    let good = if p >= 1.0 {
        0.0
    } else if q >= 1.0 {
        f64::INFINITY
    } else {
        (1.0 - p) * (log1p(-p) - log1p(-q))
    };
    (part(p, q) + good).max(0.0)
}

/// What `canary` requests at `p1` and `baseline` requests at `p0` tell about their difference, in nats: the left side of
/// bound (B). Domain as for [`divergence`]; a `baseline` that is no number of requests tells nothing.
#[must_use]
pub fn information(canary: u64, p1: f64, baseline: f64, p0: f64) -> f64 {
    // Beyond any real traffic, an infinite arm would make ∞ · 0.
    let (canary, baseline) = (canary as f64, baseline.min(1e18));
    if baseline.is_nan() || baseline < 0.0 || canary + baseline <= 0.0 || !is_rate(p0) || !is_rate(p1) {
        return 0.0;
    }
    let share = canary / (canary + baseline);
    let pooled = (share * p1 + (1.0 - share) * p0).clamp(0.0, 1.0);
    let part = |n: f64, p: f64| if n > 0.0 { n * divergence(p, pooled) } else { 0.0 };
    part(canary, p1) + part(baseline, p0)
}

/// Least canary requests that a gate needs, by either bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needed {
    /// By bound (A): the usual rate known for certain.
    pub known: u64,
    /// By bound (B): the usual rate measured; 0 for [`Baseline::Known`].
    pub measured: u64,
}

impl Needed {
    /// The greater of both: below it, no test does what is asked.
    #[must_use]
    pub fn least(self) -> u64 {
        self.known.max(self.measured)
    }
}

/// The least canary requests to tell `p1` from `p0`, with at most `alpha` of one wrong answer and `beta` of the other.
///
/// `p1 > p0` asks to detect a bad canary; `p0` the allowed and `p1 < p0` the good rate asks to pass one.
///
/// Nothing when [`crate::MOST_REQUESTS`] would not do (as where the baseline is too small for any canary), or outside the domain:
/// rates in `0..=1` and different, `alpha` and `beta` strictly between 0 and 1 and together below 1.
#[must_use]
pub fn requests_to_tell(p0: f64, p1: f64, alpha: f64, beta: f64, baseline: Baseline) -> Option<Needed> {
    let sound = is_rate(p0) && is_rate(p1) && p0 != p1 && is_level(alpha) && is_level(beta) && alpha + beta < 1.0;
    if !sound {
        return None;
    }
    let known = least(|n| power(n, p0, p1, alpha) >= 1.0 - beta)?;
    let asked = divergence(1.0 - beta, alpha);
    let measured = match baseline {
        Baseline::Known => 0,
        Baseline::Requests(n) => least(|canary| information(canary, p1, n as f64, p0) >= asked)?,
        Baseline::PerCanary(ratio) if ratio > 0.0 && ratio.is_finite() => {
            least(|canary| information(canary, p1, canary as f64 * ratio, p0) >= asked)?
        }
        Baseline::PerCanary(_) => return None,
    };
    Some(Needed { known, measured })
}

fn is_rate(p: f64) -> bool {
    (0.0..=1.0).contains(&p)
}
