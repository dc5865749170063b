//! The judges that are compared, each as a number at every look: how much it suspects the canary. A gate fails when that
//! number exceeds a knob; all knobs can be turned until the measured false alarms agree.

use statistics::kayenta::shift_z;
use statistics::{Counts, Margin, Stretch, evidence_of_difference, judge_once, judge_shares};

use crate::world::{Interval, LOOKS};

/// A judge.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Contestant {
    /// Ours: universal inference on two arms. The knob is ln(1/α).
    Default,
    /// The one-sided beta mixture on the share of errors. The knob is ln(1/α).
    Share,
    /// The exact conditional binomial, at the last look only. The knob is −ln of the p-value.
    OneLook,
    /// The canary's rate of an interval above a limit, once. The knob is the limit.
    Threshold,
    /// The same, three times in a row.
    ThreeInARow,
    /// Kayenta's Mann–Whitney on the points so far, from five on. The knob is the normal quantile of its confidence.
    Kayenta,
}

impl Contestant {
    pub(crate) const ALL: [Self; 6] =
        [Self::Default, Self::Share, Self::OneLook, Self::Threshold, Self::ThreeInARow, Self::Kayenta];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Share => "share of errors",
            Self::OneLook => "one look",
            Self::Threshold => "threshold",
            Self::ThreeInARow => "threshold, 3 in a row",
            Self::Kayenta => "kayenta",
        }
    }

    /// The knob as a user would have it: 95 %; twice the usual rate, which a threshold has to be told; 98 %.
    pub(crate) fn usual_knob(self, usual_rate: f64) -> f64 {
        match self {
            Self::Default | Self::Share | Self::OneLook => libm::log(20.0),
            Self::Threshold | Self::ThreeInARow => 2.0 * usual_rate,
            Self::Kayenta => 2.326_347_874_040_841,
        }
    }
}

/// What a rollout has shown so far.
#[derive(Default)]
pub(crate) struct Seen {
    looks: usize,
    canary: (u64, u64),
    other: (u64, u64),
    rates: Vec<f64>,
    /// Points of both arms in rising order, as Kayenta ranks them.
    canary_points: Vec<f64>,
    other_points: Vec<f64>,
    differences: Vec<f64>,
}

impl Seen {
    pub(crate) fn forget(&mut self) {
        (self.looks, self.canary, self.other) = (0, (0, 0), (0, 0));
        for points in [&mut self.rates, &mut self.canary_points, &mut self.other_points] {
            points.clear();
        }
    }

    pub(crate) fn add(&mut self, interval: &Interval) {
        let sum = |a: (u64, u64), b: (u64, u64)| (a.0 + b.0, a.1 + b.1);
        self.looks += 1;
        (self.canary, self.other) = (sum(self.canary, interval.canary), sum(self.other, interval.other));
        if let (Some(own), Some(beside)) = (rate(interval.canary), rate(interval.other)) {
            self.rates.push(own);
            insert(&mut self.canary_points, own);
            insert(&mut self.other_points, beside);
        }
    }

    pub(crate) fn arms(&self) -> (Counts, Counts) {
        (counts(self.canary), counts(self.other))
    }

    /// How much `contestant` suspects the canary of being worse than the other arm; −∞ for not at all, and where it is seen
    /// early that the answer is below `floor`.
    pub(crate) fn suspicion(&mut self, contestant: Contestant, floor: f64) -> f64 {
        let (canary, other) = self.arms();
        // Evidence is below 1, and a p-value near ½, while the canary's rate is not the greater one.
        let worse = canary.rate() > other.rate();
        match contestant {
            _ if canary.bad() == 0 => f64::NEG_INFINITY,
            Contestant::Default if worse => evidence_of_difference(canary, other, Margin::NONE).0,
            Contestant::Share if worse => {
                let stretch = Stretch { canary: canary.bad(), other: other.bad(), canary_share: 0.1 };
                judge_shares(&[stretch], 1.0, 0.05, 0.05).ln_e_fail
            }
            Contestant::OneLook if worse && self.looks == LOOKS => {
                -libm::log(judge_once(canary, other, Margin::NONE, 0.05, 0.05).p_fail.max(f64::MIN_POSITIVE))
            }
            Contestant::Default | Contestant::Share | Contestant::OneLook => f64::NEG_INFINITY,
            Contestant::Threshold => self.lowest_of_last(1),
            Contestant::ThreeInARow => self.lowest_of_last(3),
            Contestant::Kayenta => self.kayenta(floor),
        }
    }

    fn lowest_of_last(&self, count: usize) -> f64 {
        let Some(last) = self.rates.len().checked_sub(count) else { return f64::NEG_INFINITY };
        self.rates[last..].iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// z at a quarter of the estimated shift: the interval at a confidence lies above that bound exactly when z exceeds the
    /// confidence's quantile.
    fn kayenta(&mut self, floor: f64) -> f64 {
        // z falls as the shift rises: what is not enough at 0 is not enough at the bound.
        let at_zero = shift_z(&self.canary_points, &self.other_points, 0.0);
        if self.canary_points.len() < 5 || at_zero <= 0.0 || at_zero < floor {
            return f64::NEG_INFINITY;
        }
        self.differences.clear();
        for x in &self.canary_points {
            self.differences.extend(self.other_points.iter().map(|y| x - y));
        }
        let middle = self.differences.len() / 2;
        let (_, estimate, _) = self.differences.select_nth_unstable_by(middle, f64::total_cmp);
        shift_z(&self.canary_points, &self.other_points, 0.25 * estimate.abs())
    }
}

fn rate(arm: (u64, u64)) -> Option<f64> {
    counts(arm).rate()
}

fn counts(arm: (u64, u64)) -> Counts {
    Counts::new(arm.0, arm.1).unwrap_or_default()
}

fn insert(sorted: &mut Vec<f64>, value: f64) {
    let at = sorted.partition_point(|other| *other < value);
    sorted.insert(at, value);
}
