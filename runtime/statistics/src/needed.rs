//! How many requests a gate needs before its judge can speak: for the
//! compiler, which warns of a gate that can never pass within its hold.
//!
//! The judge is run on expected counts, so at the number returned about half
//! of all rollouts have their verdict and half need more. It is a size to plan
//! with, not a bound; bounds that hold for every test are the compiler's.

use crate::counts::Arm;
use crate::judgement::{enough, needed};
use crate::margin::Margin;
use crate::one_arm::Evidence;
use crate::two_arm::evidence;

/// The greatest number of requests considered: 10^12.
pub const MOST_REQUESTS: u64 = 1_000_000_000_000;

/// The least number of canary requests with which a canary as good as the
/// other arm (both at the rate `usual`) is expected to pass.
///
/// `canary_share` is the canary's share of the requests of both arms.
/// `usual = 0` asks for an error-free canary beside an error-free arm.
///
/// Nothing when [`MOST_REQUESTS`] would not do (always so when `usual` is not
/// within the margin of itself), or when an argument lies outside its domain:
/// `usual` in `0..=1`, `canary_share` and `alpha_pass` strictly between 0 and 1.
#[must_use]
pub fn requests_to_pass(usual: f64, margin: Margin, canary_share: f64, alpha_pass: f64) -> Option<u64> {
    let rates = Rates::new(usual, usual, canary_share)?;
    let needed = needed(alpha_pass);
    least(|n| enough(rates.evidence(n, margin).pass, needed))
}

/// Whether so many canary requests are [`requests_to_pass`] or more: one look where that searches.
#[must_use]
pub fn pass_within(requests: u64, usual: f64, margin: Margin, canary_share: f64, alpha_pass: f64) -> bool {
    let requests = requests.min(MOST_REQUESTS);
    let enough_with = |rates: Rates| enough(rates.evidence(requests, margin).pass, needed(alpha_pass));
    requests > 0 && Rates::new(usual, usual, canary_share).is_some_and(enough_with)
}

/// The least number of canary requests with which a canary at `rate`, beside
/// an arm at `usual`, is expected to fail. Domain and meaning as for
/// [`requests_to_pass`]; nothing when `rate` is within the margin.
#[must_use]
pub fn requests_to_fail(rate: f64, usual: f64, margin: Margin, canary_share: f64, alpha_fail: f64) -> Option<u64> {
    let rates = Rates::new(rate, usual, canary_share)?;
    let needed = needed(alpha_fail);
    least(|n| enough(rates.evidence(n, margin).fail, needed))
}

/// Whether so many canary requests are [`requests_to_fail`] or more: one look where that searches.
#[must_use]
pub fn fail_within(requests: u64, rate: f64, usual: f64, margin: Margin, canary_share: f64, alpha_fail: f64) -> bool {
    let requests = requests.min(MOST_REQUESTS);
    let enough_with = |rates: Rates| enough(rates.evidence(requests, margin).fail, needed(alpha_fail));
    requests > 0 && Rates::new(rate, usual, canary_share).is_some_and(enough_with)
}

/// A supposed truth, from which expected counts follow.
struct Rates {
    canary: f64,
    stable: f64,
    stable_per_canary: f64,
}

impl Rates {
    fn new(canary: f64, stable: f64, canary_share: f64) -> Option<Self> {
        let rate = 0.0..=1.0;
        let sound = rate.contains(&canary) && rate.contains(&stable) && canary_share > 0.0 && canary_share < 1.0;
        sound.then(|| Self { canary, stable, stable_per_canary: (1.0 - canary_share) / canary_share })
    }

    fn evidence(&self, canary_requests: u64, margin: Margin) -> Evidence {
        let n = canary_requests as f64;
        // Beyond any real traffic, a share of 10^-300 would overflow.
        let stable = (n * self.stable_per_canary).min(1e15);
        evidence(Arm::expected(n, self.canary), Arm::expected(stable, self.stable), margin)
    }
}

/// The least n up to [`MOST_REQUESTS`] with `speaks(n)`, by doubling and
/// halving: expected evidence, once positive, grows with n.
pub(crate) fn least(speaks: impl Fn(u64) -> bool) -> Option<u64> {
    let mut most = 1;
    while !speaks(most) {
        if most >= MOST_REQUESTS {
            return None;
        }
        most = (most * 2).min(MOST_REQUESTS);
    }
    let mut too_few = most / 2;
    while most - too_few > 1 {
        let middle = too_few + (most - too_few) / 2;
        if speaks(middle) {
            most = middle;
        } else {
            too_few = middle;
        }
    }
    Some(most)
}
