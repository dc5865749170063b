//! Whether what the world really did is beyond a condition, by the metric's kind. The world's readings all follow from
//! requests and bad ones, which its book has.

use plan::{Bound, Condition, MetricKind, Reading};

use crate::world::{FAST_MS, SLOW_MS};

/// What the book says of one arm in the window: requests, bad ones, and how many of a million go wrong now.
#[derive(Clone, Copy, Debug)]
pub(super) struct Truth {
    pub(super) all: u64,
    pub(super) bad: u64,
    pub(super) per_million: u64,
}

#[expect(clippy::cast_precision_loss, reason = "counts of a simulation stay far below 2^53")]
impl Truth {
    fn rate(self) -> f64 {
        if self.all == 0 { 0.0 } else { self.bad as f64 / self.all as f64 }
    }

    /// What is read of the metric, as an amount.
    fn amount(self, kind: MetricKind) -> f64 {
        let mean = || FAST_MS as f64 + self.rate() * (SLOW_MS - FAST_MS) as f64;
        match kind {
            MetricKind::Ratio | MetricKind::Distribution => self.rate(),
            MetricKind::Mean => mean(),
            MetricKind::Gauge => self.per_million as f64,
            MetricKind::Counter => self.bad as f64,
        }
    }
}

/// Whether what was counted is beyond what the condition allows, already as it stands.
pub(super) fn exceeds(kind: MetricKind, condition: &Condition, own: Truth, beside: Truth) -> bool {
    match &condition.bound {
        Bound::Constant(limit) => own.rate() > limit.to_f64(),
        Bound::Against { times, plus } => own.rate() > beside.rate() * times.to_f64() + plus.to_f64(),
        Bound::Limit(limit) => match (&condition.reading, limit.as_f64()) {
            // Bad requests are slower than every limit of these plans, and all others faster.
            (Some(Reading::Quantile(name)), Some(_)) => below(name).is_some_and(|below| own.rate() > 1.0 - below),
            (_, Some(limit)) => own.amount(kind) > limit,
            (_, None) => false,
        },
        Bound::Beside { times, .. } => match kind {
            MetricKind::Mean => own.amount(kind) > beside.amount(kind) * times.to_f64(),
            MetricKind::Ratio | MetricKind::Distribution | MetricKind::Gauge | MetricKind::Counter => false,
        },
    }
}

fn below(name: &str) -> Option<f64> {
    format!("0.{}", name.strip_prefix('p')?).parse().ok()
}
