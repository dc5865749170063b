//! What a condition of a gate asks to be told apart, and how many requests of the judged arm that takes, whatever the test.
//!
//! A gate has to tell two releases apart: an ordinary one, and one that is just as bad as it does not allow any more. To
//! *detect* the second it may fail at most α of the first and must fail 1 − β of the second; to *pass* the first it may pass
//! at most α of the second and must pass 1 − β of the first. Both are bounded as [`crate::power`] says, so that below these
//! numbers no test does it, whatever its kind and however often it looks:
//!
//! * (A) with the ordinary rate known for certain: exact Neyman–Pearson;
//! * (B) with an arm beside it that has to be measured too: of the information in both arms. To detect, the world to refuse
//!   is one of equal rates, and the pooled one is the closest; to pass, it is one in which the canary lies at the margin of
//!   the other arm, and the closest is searched: the information is convex in the other arm's rate.

use libm::log;

use crate::margin::Margin;
use crate::needed::least;
use crate::power::{Baseline, divergence, information, power};
use crate::quantile::requests_to_bound;

/// β: of the releases for which a verdict is asked, at most so many may be left without it. A gate's confidence says nothing of
/// it, because what is undecided is told as such.
pub const MISSED: f64 = 0.2;

/// Halves by which the bracket of the closest world is narrowed: past the last bit of a rate.
const NARROWINGS: u32 = 60;

/// What is to be told apart. Rates are shares of requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Question {
    /// "At most `limit` is bad", of a release of which ordinarily `usual` is.
    Limit {
        /// The ordinary rate; 0 where none is declared, which asks for the fewest requests.
        usual: f64,
        /// The rate that is just not bad.
        limit: f64,
    },
    /// "At most so much worse than the other arm".
    Beside {
        /// The ordinary rate of both arms; 0 where none is declared: for a margin in points that asks for the fewest.
        usual: f64,
        /// What is allowed.
        margin: Margin,
        /// How much of the other arm is seen.
        other: Baseline,
    },
    /// "The quantile is at most so much": as [`requests_to_bound`].
    Quantile {
        /// Which, strictly between 0 and 1.
        q: f64,
    },
}

/// Requests of the judged arm below which no test answers a [`Question`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Telling {
    /// To fail a release that is just too bad.
    pub detect: u64,
    /// To pass an ordinary one.
    pub pass: u64,
}

impl Telling {
    /// What answers both ways.
    #[must_use]
    pub fn least(self) -> u64 {
        self.detect.max(self.pass)
    }
}

impl Question {
    /// The rates that are to be told apart, the ordinary one first. Nothing of a quantile, which has none.
    #[must_use]
    pub fn rates(self) -> Option<(f64, f64)> {
        match self {
            Self::Limit { usual, limit } => Some((usual, limit)),
            Self::Beside { usual, margin, .. } => Some((usual, margin.allowed(usual).clamp(0.0, 1.0))),
            Self::Quantile { .. } => None,
        }
    }

    /// Whether an ordinary release is within what is allowed at all. Where it is not, no number of requests passes it.
    #[must_use]
    pub fn can_pass(self) -> bool {
        self.rates().is_none_or(|(usual, allowed)| usual < allowed)
    }

    /// Whether some test with `n` requests of the judged arm could answer both ways at level `alpha`: one look where
    /// [`Question::needed`] searches.
    #[must_use]
    pub fn told_by(self, n: u64, alpha: f64) -> bool {
        self.detected_by(n, alpha) && self.passed_by(n, alpha)
    }

    /// The least numbers of requests. Nothing where [`crate::MOST_REQUESTS`] would not do, and outside the domain: an
    /// ordinary rate below what is allowed, both in `0..=1`, `alpha` strictly between 0 and 1 − [`MISSED`].
    #[must_use]
    pub fn needed(self, alpha: f64) -> Option<Telling> {
        let detect = least(|n| self.detected_by(n, alpha))?;
        let pass = least(|n| self.passed_by(n, alpha))?;
        Some(Telling { detect, pass })
    }

    fn detected_by(self, n: u64, alpha: f64) -> bool {
        let informed = |usual, margin: Margin, other: Baseline| {
            let allowed = margin.allowed(usual).clamp(0.0, 1.0);
            beside(other, n).is_none_or(|arm| information(n, allowed, arm, usual) >= asked(alpha))
        };
        match self {
            Self::Limit { usual, limit } => powerful(n, usual, limit, alpha),
            Self::Beside { usual, margin, other } => {
                powerful(n, usual, margin.allowed(usual).clamp(0.0, 1.0), alpha) && informed(usual, margin, other)
            }
            Self::Quantile { q } => requests_to_bound(q, alpha).is_some_and(|least| n >= least),
        }
    }

    fn passed_by(self, n: u64, alpha: f64) -> bool {
        match self {
            Self::Limit { usual, limit } => powerful(n, limit, usual, alpha),
            Self::Beside { usual, margin, other } => {
                powerful(n, margin.allowed(usual).clamp(0.0, 1.0), usual, alpha)
                    && beside(other, n).is_none_or(|arm| against_margin(n, arm, usual, margin) >= asked(alpha))
            }
            Self::Quantile { q } => requests_to_bound(q, alpha).is_some_and(|least| n >= least),
        }
    }
}

/// kl(1 − β‖α): the information that both levels take.
fn asked(alpha: f64) -> f64 {
    divergence(1.0 - MISSED, alpha)
}

fn powerful(n: u64, refused: f64, true_rate: f64, alpha: f64) -> bool {
    let asked = refused != true_rate && alpha + MISSED < 1.0;
    asked && (plainly(n, refused, true_rate, alpha) || power(n, refused, true_rate, alpha) >= 1.0 - MISSED)
}

/// Whether a line half-way between the rates already does what is asked, by Chernoff's bound: then the most powerful test does
/// so too, and its power need not be computed.
fn plainly(n: u64, refused: f64, true_rate: f64, alpha: f64) -> bool {
    let line = 0.5 * (refused + true_rate);
    let beyond = |rate: f64, chance: f64| n as f64 * divergence(line, rate) >= -log(chance);
    beyond(refused, alpha) && beyond(true_rate, MISSED)
}

/// Requests of the other arm beside `n` of the judged one; nothing where its rate is known.
fn beside(other: Baseline, n: u64) -> Option<f64> {
    match other {
        Baseline::Known => None,
        Baseline::Requests(arm) => Some(arm as f64),
        Baseline::PerCanary(ratio) => Some(n as f64 * ratio),
    }
}

/// What two ordinary arms tell against the closest world in which the judged one lies at the margin, in nats.
///
/// The information is convex in the other arm's rate, so that the closest world lies where its slope changes sign.
fn against_margin(n: u64, arm: f64, usual: f64, margin: Margin) -> f64 {
    // Beyond any real traffic, an infinite arm would make ∞ · 0.
    let (n, arm) = (n as f64, arm.clamp(0.0, 1e18));
    let allowed = |p: f64| margin.allowed(p).clamp(0.0, 1.0);
    let told = |p: f64| {
        let part = |n: f64, q: f64| if n > 0.0 { n * divergence(usual, q) } else { 0.0 };
        part(n, allowed(p)) + part(arm, p)
    };
    let rises = |p: f64| n * margin.times() * slope(usual, allowed(p)) + arm * slope(usual, p) >= 0.0;
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..NARROWINGS {
        let middle = 0.5 * (low + high);
        if rises(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    // What excludes the ordinary arm is infinitely far away on both sides of a bracket.
    told(low).min(told(high)).min(told(usual))
}

/// ∂KL(p‖q)/∂q = (q − p) / (q (1 − q)); finite at the ends, where only its sign is asked for.
fn slope(p: f64, q: f64) -> f64 {
    let odds = (q * (1.0 - q)).max(f64::MIN_POSITIVE);
    ((q - p) / odds).clamp(-1e200, 1e200)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The figures of the design: at 0.1 % usual errors, 1 % apart, 95 % and 80 %.
    #[test]
    fn detecting_takes_fewer_than_passing() {
        let needed = Question::Limit { usual: 0.001, limit: 0.01 }.needed(0.05).unwrap();
        assert_eq!(needed.detect, 292);
        assert!((400..=420).contains(&needed.pass), "{needed:?}");
    }

    #[test]
    fn an_arm_that_must_be_measured_never_asks_for_fewer() {
        let margin = Margin::new(0.009, 1.0).unwrap();
        let with = |other| Question::Beside { usual: 0.001, margin, other }.needed(0.05).unwrap();
        let known = with(Baseline::Known);
        assert_eq!(known, Question::Limit { usual: 0.001, limit: 0.01 }.needed(0.05).unwrap());
        let (wide, even) = (with(Baseline::PerCanary(99.0)), with(Baseline::PerCanary(1.0)));
        assert!(known.least() <= wide.least() && wide.least() <= even.least(), "{known:?} {wide:?} {even:?}");
        assert!(even.detect > known.detect, "{even:?}");
    }

    #[test]
    fn the_search_and_one_look_agree() {
        let margin = Margin::new(0.003, 1.0).unwrap();
        for other in [Baseline::Known, Baseline::PerCanary(19.0), Baseline::Requests(5_000)] {
            let question = Question::Beside { usual: 0.0005, margin, other };
            let least = question.needed(0.05).unwrap().least();
            assert!(question.told_by(least, 0.05) && !question.told_by(least - 1, 0.05), "{other:?}");
        }
    }

    /// Beside a grid over all worlds.
    #[test]
    fn no_world_at_the_margin_is_closer() {
        let margins = [(0.002, 1.0), (0.0, 1.1), (-0.001, 1.5), (0.05, 0.0), (0.3, 2.0), (0.0, 1.0)];
        for ((plus, times), usual) in margins.into_iter().flat_map(|it| [0.0, 1e-6, 0.001, 0.2, 0.9].map(|p| (it, p))) {
            let margin = Margin::new(plus, times).unwrap();
            for (n, arm) in [(300, 5_700.0), (1_000, 1.0), (10, 1e6), (5, 0.0)] {
                let closest = against_margin(n, arm, usual, margin);
                let told = |p: f64| {
                    n as f64 * divergence(usual, margin.allowed(p).clamp(0.0, 1.0)) + arm * divergence(usual, p)
                };
                let least = (0..=10_000).map(|at| told(f64::from(at) / 10_000.0)).fold(f64::INFINITY, f64::min);
                assert!(closest <= least + 1e-9, "{margin:?} of {usual}, {n} beside {arm}: {closest}, not {least}");
            }
        }
    }

    #[test]
    fn what_is_not_within_the_limit_never_passes() {
        let worse = Question::Limit { usual: 0.02, limit: 0.01 };
        assert!(!worse.can_pass());
        let equal = Question::Beside { usual: 0.01, margin: Margin::NONE, other: Baseline::Known };
        assert!(!equal.can_pass());
        assert_eq!(equal.needed(0.05), None);
    }

    #[test]
    fn what_is_plain_has_the_power() {
        for (p0, p1) in [(0.001, 0.01), (0.01, 0.001), (0.2, 0.3), (0.0, 0.02), (0.02, 0.0), (0.98, 1.0)] {
            let plain = least(|n| plainly(n, p0, p1, 0.05)).unwrap();
            assert!(power(plain, p0, p1, 0.05) >= 1.0 - MISSED, "{p0} {p1} {plain}");
        }
    }

    #[test]
    fn quantiles_have_their_own_number() {
        assert_eq!(Question::Quantile { q: 0.99 }.needed(0.05).unwrap().least(), 299);
    }
}
