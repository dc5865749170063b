//! How many requests a gate with a constant limit needs before its judge can speak. Meaning as in [`crate::needed`].

use crate::counts::Arm;
use crate::judgement::{enough, needed};
use crate::needed::least;
use crate::one_arm::evidence;

/// The least number of requests with which an arm at `usual` is expected to pass `limit`.
///
/// Nothing when [`crate::MOST_REQUESTS`] would not do (always so when `usual` is not below the limit), or when an
/// argument lies outside its domain: `usual` and `limit` in `0..=1`, `alpha_pass` strictly between 0 and 1.
#[must_use]
pub fn requests_to_pass_limit(usual: f64, limit: f64, alpha_pass: f64) -> Option<u64> {
    let needed = needed(alpha_pass);
    in_domain(usual, limit).then(|| least(|n| enough(evidence(Arm::expected(n as f64, usual), limit).pass, needed)))?
}

/// The least number of requests with which an arm at `rate` is expected to fail `limit`. Domain and meaning as for
/// [`requests_to_pass_limit`]; nothing when `rate` is within the limit.
#[must_use]
pub fn requests_to_fail_limit(rate: f64, limit: f64, alpha_fail: f64) -> Option<u64> {
    let needed = needed(alpha_fail);
    in_domain(rate, limit).then(|| least(|n| enough(evidence(Arm::expected(n as f64, rate), limit).fail, needed)))?
}

/// Whether so many requests are [`requests_to_fail_limit`] or more: one look where that searches.
#[must_use]
pub fn fail_limit_within(requests: u64, rate: f64, limit: f64, alpha_fail: f64) -> bool {
    let requests = requests.min(crate::MOST_REQUESTS);
    let enough_with = || enough(evidence(Arm::expected(requests as f64, rate), limit).fail, needed(alpha_fail));
    requests > 0 && in_domain(rate, limit) && enough_with()
}

fn in_domain(rate: f64, limit: f64) -> bool {
    (0.0..=1.0).contains(&rate) && (0.0..=1.0).contains(&limit)
}
