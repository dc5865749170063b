//! What a plain threshold does: the operating characteristic of "fail when the rate of an interval is above x, k times".
//!
//! Exact for independent requests. A threshold at the usual rate is a coin flip; this says so in figures.

use core::cmp::Ordering;

use crate::tails::{at_least, is_level};

/// Looks that are computed one by one; beyond, the chance of surviving falls by one factor a look, in double precision.
const LOOKS: u64 = 100_000;

/// A plain threshold: an interval is bad when its share of bad requests exceeds `limit`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Threshold {
    /// The greatest share of bad requests of a good interval.
    pub limit: f64,
    /// Bad intervals in a row that fail the gate, at least 1.
    pub in_a_row: u8,
}

impl Threshold {
    /// Chance that an interval of `requests`, each bad with probability `rate`, is bad. An empty interval never is.
    #[must_use]
    pub fn one_interval(self, requests: u64, rate: f64) -> f64 {
        match least_above(requests, self.limit) {
            Some(bad) if !rate.is_nan() => at_least(requests, rate, bad),
            _ => 0.0,
        }
    }

    /// Chance that the gate fails within `looks` intervals of `requests` each, of requests bad with probability `rate`:
    /// its false-alarm rate where `rate` is good, its power where it is bad.
    #[must_use]
    pub fn ever(self, requests: u64, rate: f64, looks: u64) -> f64 {
        in_a_row(self.one_interval(requests, rate), self.in_a_row, looks)
    }

    /// Intervals until the gate fails, on average: (1 − r^k) / ((1 − r) r^k) with r the chance of a bad interval (W. Feller,
    /// An Introduction to Probability Theory I, XIII.7). Nothing where it never fails.
    #[must_use]
    pub fn intervals_until(self, requests: u64, rate: f64) -> Option<f64> {
        let bad = self.one_interval(requests, rate);
        // 1/r + 1/r² + … + 1/r^k, the same number without 0/0 at r = 1.
        let mut sum = 0.0;
        let mut power = 1.0;
        for _ in 0..self.in_a_row.max(1) {
            power /= bad;
            sum += power;
        }
        sum.is_finite().then_some(sum)
    }
}

/// The least number of bad requests whose share of `requests` exceeds `limit`; nothing where none does.
fn least_above(requests: u64, limit: f64) -> Option<u64> {
    if requests == 0 || limit.is_nan() || limit >= 1.0 {
        return None;
    }
    let exceeds = |bad: u64| bad as f64 / requests as f64 > limit;
    let mut bad = (limit.max(0.0) * requests as f64) as u64;
    while bad > 0 && exceeds(bad - 1) {
        bad -= 1;
    }
    while bad < requests && !exceeds(bad) {
        bad += 1;
    }
    exceeds(bad).then_some(bad)
}

/// Chance that, of `looks` independent looks each bad with probability `bad`, some `run` in a row are bad. A run of 0
/// counts as 1; a `bad` outside `0..=1` as the nearest of it, NaN as 0.
#[must_use]
pub fn in_a_row(bad: f64, run: u8, looks: u64) -> f64 {
    let bad = if bad.is_nan() { 0.0 } else { bad.clamp(0.0, 1.0) };
    let run = usize::from(run.max(1));
    let whole_run = libm::pow(bad, run as f64);
    // The first run ends at look n when look n − k was good, no run had ended before it, and k bad looks followed.
    let mut alive = vec![1.0; run + 1];
    let (mut lost, mut factor) = (0.0, 1.0);
    for look in 1..=looks.min(LOOKS) as usize {
        let before = alive[(look - 1) % (run + 1)];
        let ends = match look.cmp(&run) {
            Ordering::Less => 0.0,
            Ordering::Equal => whole_run,
            Ordering::Greater => (1.0 - bad) * whole_run * alive[look % (run + 1)],
        };
        lost = f64::min(lost + ends, 1.0);
        alive[look % (run + 1)] = 1.0 - lost;
        factor = if before > 0.0 { (1.0 - lost) / before } else { 0.0 };
    }
    let survived = (1.0 - lost) * libm::pow(factor, looks.saturating_sub(LOOKS) as f64);
    if looks > LOOKS { 1.0 - survived } else { lost }
}

/// Chance that more than `tolerated` of `looks` independent looks are bad, each with probability `bad`: "tolerate 3
/// failures". Domain as for [`in_a_row`].
#[must_use]
pub fn more_than(bad: f64, tolerated: u64, looks: u64) -> f64 {
    let bad = if bad.is_nan() { 0.0 } else { bad };
    tolerated.checked_add(1).map_or(0.0, |k| at_least(looks, bad, k))
}

/// The least number of bad looks to tolerate, so that `looks` of them, each bad with probability `bad`, fail a gate with
/// probability at most `alpha`. Nothing for levels outside `(0, 1)`.
#[must_use]
pub fn to_tolerate(bad: f64, looks: u64, alpha: f64) -> Option<u64> {
    if !is_level(alpha) {
        return None;
    }
    let (mut low, mut high) = (0, looks);
    while low < high {
        let middle = low + (high - low) / 2;
        if more_than(bad, middle, looks) <= alpha {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}
