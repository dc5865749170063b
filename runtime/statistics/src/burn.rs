//! Burn rates of an error budget, with factors that follow from windows instead of being copied.
//!
//! At objective 99.9 % the budget is 0.1 % of the requests of a period. A burn rate of 1 spends exactly the budget in the
//! period; B spends it B times as fast. A window alerts when so much of the budget is spent in it: the factor is
//! `share · period / window`. Source: Google, The Site Reliability Workbook (2018), chapter 5.
//!
//! All times are seconds. A plain burn alert is a threshold and holds no level; [`judge_burn`] asks for evidence.

use crate::counts::Counts;
use crate::judgement::Judgement;
use crate::one_arm::judge_limit;

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;

/// The period of the workbook's figures: 30 days, in seconds.
pub const PERIOD: f64 = 30.0 * DAY;

/// Two windows that must both burn, and the share of the budget that the long one may spend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Windows {
    /// The long window, in seconds: it makes the alert significant.
    pub long: f64,
    /// The short window, in seconds: it ends the alert soon after the burning.
    pub short: f64,
    /// Share of the period's budget spent in the long window at the factor, in `0..=1`.
    pub share: f64,
}

/// The workbook's windows: 2 % in 1 h, 5 % in 6 h (both wake somebody), 10 % in 1 d and 10 % in 3 d (both can wait). Over
/// 30 days the factors are 14.4, 6, 3 and 1.
pub const WORKBOOK: [Windows; 4] = [
    Windows { long: HOUR, short: HOUR / 12.0, share: 0.02 },
    Windows { long: 6.0 * HOUR, short: HOUR / 2.0, share: 0.05 },
    Windows { long: DAY, short: 2.0 * HOUR, share: 0.1 },
    Windows { long: 3.0 * DAY, short: 6.0 * HOUR, share: 0.1 },
];

impl Windows {
    /// The burn rate at which the long window spends its share of the budget of `period` seconds. Nothing unless window,
    /// period and share are positive and finite.
    #[must_use]
    pub fn factor(self, period: f64) -> Option<f64> {
        let positive = |x: f64| x > 0.0 && x.is_finite();
        let factor = self.share * period / self.long;
        (positive(self.share) && positive(period) && positive(self.long) && positive(factor)).then_some(factor)
    }

    /// Seconds from the start of a steady burn at rate `burn`, after a clean past, until both windows burn at `factor`:
    /// `long · factor / burn`. Nothing below the factor, where it never happens.
    #[must_use]
    pub fn time_to_detect(self, factor: f64, burn: f64) -> Option<f64> {
        let reached = factor > 0.0 && burn >= factor && burn.is_finite();
        let longer = self.long.max(self.short);
        reached.then(|| longer * (factor / burn)).filter(|seconds| *seconds >= 0.0)
    }

    /// Whether both windows burn at least at `factor`. An empty window does not burn.
    #[must_use]
    pub fn burning(self, long: Counts, short: Counts, objective: f64, factor: f64) -> bool {
        let burns = |counts: Counts| burn_rate(counts, objective).is_some_and(|burn| burn >= factor);
        burns(long) && burns(short)
    }
}

/// How many times as fast as allowed `counts` spend the budget of `objective` (0.999 for 99.9 %): rate / (1 − objective).
/// Nothing for no requests, or an objective outside `0..1`: 100 % has no budget.
#[must_use]
pub fn burn_rate(counts: Counts, objective: f64) -> Option<f64> {
    let budget = budget(objective)?;
    counts.rate().map(|rate| rate / budget)
}

/// Judges, at every look, whether `counts` burn at most `factor` times as fast as `objective` allows: [`judge_limit`] at
/// `factor · (1 − objective)`. For the canary's own burn, which a service-wide one hides: at 1 % weight, 50 % errors and
/// 99.9 %, the service burns at 5 and the canary at 500. Nothing outside the domain of [`burn_rate`], or for a factor that
/// is not a positive number.
#[must_use]
pub fn judge_burn(counts: Counts, objective: f64, factor: f64, alpha_fail: f64, alpha_pass: f64) -> Option<Judgement> {
    let limit = factor * budget(objective)?;
    (factor > 0.0).then(|| judge_limit(counts, limit, alpha_fail, alpha_pass))
}

fn budget(objective: f64) -> Option<f64> {
    (0.0..1.0).contains(&objective).then_some(1.0 - objective)
}
