//! What a limit does to releases of a given rate: its operating characteristic, exact for independent requests.
//!
//! The judge of a limit passes up to some number of bad requests and fails from another on; both follow from the judge
//! itself, and the chances of either from the binomial distribution. Computed at the end of the hold: looks before it can
//! only add verdicts, within the levels that the judge promises.

use crate::counts::Counts;
use crate::judgement::Verdict;
use crate::one_arm::judge_limit;
use crate::tails::{at_least, at_most};

/// What becomes of releases of one rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Operating {
    /// The share that is failed.
    pub fails: f64,
    /// The share that is passed; the rest is undecided.
    pub passes: f64,
}

/// What becomes of releases with `rate` bad requests under `limit` with `n` requests: [`judge_limit`]'s verdict on each
/// possible count, weighed by its chance. Domain as for [`judge_limit`]; without requests nothing is decided.
#[must_use]
pub fn operating(n: u64, limit: f64, rate: f64, alpha_fail: f64, alpha_pass: f64) -> Operating {
    let verdict = |bad: u64| {
        Counts::new(n, bad).map_or(Verdict::Inconclusive, |it| judge_limit(it, limit, alpha_fail, alpha_pass).verdict)
    };
    let fails_from = first(n, |bad| verdict(bad) == Verdict::Fail);
    let open_from = first(n, |bad| verdict(bad) != Verdict::Pass);
    let passes = match open_from {
        Some(0) => 0.0,
        Some(bad) => at_most(n, rate, bad - 1),
        None => 1.0,
    };
    Operating { fails: fails_from.map_or(0.0, |bad| at_least(n, rate, bad)), passes }
}

/// The least count in `0..=n` of which `holds`, which is so of all above it too.
fn first(n: u64, holds: impl Fn(u64) -> bool) -> Option<u64> {
    if !holds(n) {
        return None;
    }
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Some(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tails::exactly;

    /// Every count judged and weighed one by one.
    fn by_hand(n: u64, limit: f64, rate: f64) -> Operating {
        let mut sum = Operating { fails: 0.0, passes: 0.0 };
        for bad in 0..=n {
            let verdict = judge_limit(Counts::new(n, bad).unwrap(), limit, 0.05, 0.05).verdict;
            let chance = exactly(n, rate, bad);
            match verdict {
                Verdict::Fail => sum.fails += chance,
                Verdict::Pass => sum.passes += chance,
                Verdict::Inconclusive => {}
            }
        }
        sum
    }

    #[test]
    fn it_is_what_every_count_adds_up_to() {
        for (n, limit, rate) in
            [(1, 0.5, 0.5), (40, 0.1, 0.02), (300, 0.03, 0.002), (300, 0.03, 0.03), (500, 0.01, 0.05)]
        {
            let (found, sum) = (operating(n, limit, rate, 0.05, 0.05), by_hand(n, limit, rate));
            let near = |a: f64, b: f64| (a - b).abs() < 1e-9;
            assert!(
                near(found.fails, sum.fails) && near(found.passes, sum.passes),
                "{n} {limit} {rate}: {found:?} {sum:?}"
            );
        }
    }

    #[test]
    fn at_the_limit_neither_verdict_is_more_frequent_than_its_level() {
        let at = operating(10_000, 0.01, 0.01, 0.05, 0.05);
        assert!(at.fails <= 0.05 && at.passes <= 0.05, "{at:?}");
    }

    #[test]
    fn without_requests_nothing_is_decided() {
        assert_eq!(operating(0, 0.01, 0.01, 0.05, 0.05), Operating { fails: 0.0, passes: 0.0 });
    }
}
