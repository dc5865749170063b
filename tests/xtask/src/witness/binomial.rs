//! Whether a count is one that a share of the traffic can explain.

use std::fmt;

/// Chance that a correct proxy is called wrong by one comparison: one in a million.
const ALPHA: f64 = 1e-6;

/// The counts that a binomial variable leaves with probability at most [`ALPHA`].
pub struct Bounds {
    /// The smallest.
    pub low: u64,
    /// The largest.
    pub high: u64,
}

impl Bounds {
    /// Bounds for `n` independent requests of which each takes the release with probability `share`.
    ///
    /// By Chernoff's bound P(X >= k) <= exp(-n KL(k/n, share)) for k/n above the share, and the same below it
    /// (Hoeffding 1963, theorem 1): never too narrow, whatever n and share.
    pub fn of(n: u64, share: f64) -> Self {
        let enough = (2.0 / ALPHA).ln();
        let unlikely = |k: u64| n as f64 * divergence(k as f64 / n as f64, share) > enough;
        let mean = (n as f64 * share).round() as u64;
        let low = (0..=mean).find(|k| !unlikely(*k)).unwrap_or(mean);
        let high = (mean..=n).rev().find(|k| !unlikely(*k)).unwrap_or(mean);
        Self { low, high }
    }

    /// Whether a count is one of them.
    pub fn contain(&self, k: u64) -> bool {
        (self.low..=self.high).contains(&k)
    }
}

impl fmt::Display for Bounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.low, self.high)
    }
}

/// Kullback–Leibler divergence between two coins, in nats.
fn divergence(a: f64, b: f64) -> f64 {
    let term = |x: f64, y: f64| if x == 0.0 { 0.0 } else { x * (x / y).ln() };
    term(a, b) + term(1.0 - a, 1.0 - b)
}

#[cfg(test)]
mod tests {
    use super::Bounds;

    #[test]
    fn certain_shares_leave_no_room() {
        for share in [0.0, 1.0] {
            let bounds = Bounds::of(1000, share);
            let count = (1000.0 * share) as u64;
            assert_eq!((bounds.low, bounds.high), (count, count));
        }
    }

    #[test]
    fn a_twentieth_of_ten_thousand() {
        // Exact binomial tails of 5e-7 each end at 397 and 610; the bound is a little wider.
        let bounds = Bounds::of(10_000, 0.05);
        assert!((380..=396).contains(&bounds.low), "{bounds}");
        assert!((610..=630).contains(&bounds.high), "{bounds}");
    }

    #[test]
    fn no_requests_are_no_evidence() {
        assert!(Bounds::of(0, 0.05).contain(0));
    }
}
