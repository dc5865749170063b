//! The judge of rare events of two arms, counted beside their requests: restarts, dropped messages, cold starts.
//!
//! Events arrive as a Poisson process whose rate is so many a request. Given that there were N of them in both arms, the
//! canary's number is binomial with the share `times · n / (times · n + n')` at the edge of "at most `times` as often as the
//! other", where n and n' are the requests of both arms (J. Przyborowski, H. Wilenski, Biometrika 31, 1940). That share is
//! judged by [`judge_limit`], at every look. It needs the split of requests between the arms to be constant in the window, and
//! no margin that adds something: the share at the edge of one would depend on the rate.

use crate::counts::Counts;
use crate::judgement::Judgement;
use crate::one_arm::judge_limit;

/// Events of one arm, and the requests beside which they were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Events {
    /// Events.
    pub events: u64,
    /// Requests of the arm in the same time.
    pub requests: u64,
}

/// Judges "an event comes at most `times` as often a request as in `other`"; the estimate and the interval are of the
/// canary's share of all events. Inconclusive where an arm has no requests, where there are no events, or where `times` is not
/// a positive number: nothing was seen that could tell.
#[must_use]
pub fn judge_events(canary: Events, other: Events, times: f64, alpha_fail: f64, alpha_pass: f64) -> Judgement {
    let of = times * canary.requests as f64;
    let share = of / (of + other.requests as f64);
    let known = canary.requests > 0 && other.requests > 0 && times > 0.0 && share < 1.0;
    let all = canary.events.saturating_add(other.events);
    let counts = Counts::new(all, canary.events.min(all)).unwrap_or_default();
    judge_limit(counts, if known { share } else { f64::NAN }, alpha_fail, alpha_pass)
}
