//! What metrics read as long as no event speaks of them: their declared share, and otherwise what every constant limit of the
//! plan's gates is content with, so that a gate that turns a run down has been given a reason.

use std::collections::BTreeMap;

use machine::judge::amount;
use plan::{Body, Bound, Condition, Metric, MetricKind, Reading};

use super::buckets::buckets;
use super::evenly::ONE;
use super::play::scaled;
use super::spread::{Spread, of_one};
use super::{Happens, Script};

/// What 95 % of the requests take at most where nothing limits them, in microseconds.
const P95_US: u64 = 100_000;

/// What one metric reads.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Usual {
    /// Bad requests in a thousand million.
    Share(u64),
    /// Times of requests, and the bounds of the buckets in which they are counted, in microseconds.
    Spread(Spread, Vec<u64>),
    /// A mean, and the least and the largest value that one request can have.
    Mean(f64, Option<(f64, f64)>),
    /// How things stand.
    Gauge(f64),
    /// No events.
    Events,
}

/// Every metric of a plan, and those that only the script or an objective speaks of.
pub(super) fn of(body: &Body, script: &Script) -> BTreeMap<String, Usual> {
    let scripted = script.events.iter().filter_map(|event| match &event.happens {
        Happens::Reads { metric, reading, .. } => Some((metric, reading.is_some())),
        _ => None,
    });
    let promised = body.objectives.values().map(|objective| (&objective.metric, objective.under_ms.is_some()));
    let spoken = scripted.chain(promised).map(|(name, of_times)| match of_times {
        true => (name.clone(), spread(body, script, name)),
        false => (name.clone(), Usual::Share(0)),
    });
    let read = body.metrics.iter().map(|(name, metric)| (name.clone(), usual(body, script, name, metric)));
    // What the plan declares holds.
    spoken.chain(read).collect()
}

fn usual(body: &Body, script: &Script, name: &str, metric: &Metric) -> Usual {
    match metric.kind {
        MetricKind::Ratio => {
            Usual::Share(metric.usual.map_or(0, |share| u64::try_from(scaled(share, 9)).unwrap_or(u64::MAX)))
        }
        MetricKind::Distribution => spread(body, script, name),
        MetricKind::Mean => {
            let range = metric.range.as_ref().and_then(|(low, high)| Some((amount(low)?.0, amount(high)?.0)));
            Usual::Mean(between(limits(body, name), range), range)
        }
        MetricKind::Gauge => Usual::Gauge(between(limits(body, name), None)),
        MetricKind::Counter => Usual::Events,
    }
}

fn spread(body: &Body, script: &Script, name: &str) -> Usual {
    let spread = Spread::usual(p95_us(body, name));
    let bounds = buckets(body, script, name, &spread);
    Usual::Spread(spread, bounds)
}

pub(super) fn conditions<'b>(body: &'b Body, metric: &'b str) -> impl Iterator<Item = &'b Condition> {
    body.gates.values().flat_map(|gate| &gate.conditions).filter(move |condition| condition.metric == metric)
}

/// The greatest lower and the least upper limit of an amount.
fn limits(body: &Body, metric: &str) -> (Option<f64>, Option<f64>) {
    let limit = |condition: &Condition| match &condition.bound {
        Bound::Limit(limit) => Some(amount(limit)?.0),
        Bound::Against { .. } | Bound::Constant(_) | Bound::Beside { .. } => None,
    };
    let all = |lower| conditions(body, metric).filter(move |it| it.lower == lower).filter_map(limit);
    (all(true).reduce(f64::max), all(false).reduce(f64::min))
}

/// In the middle of what limits and range leave; half of an upper limit alone, and twice a lower one.
fn between((low, high): (Option<f64>, Option<f64>), range: Option<(f64, f64)>) -> f64 {
    let low = low.or(range.map(|range| range.0));
    let high = high.or(range.map(|range| range.1));
    match (low, high) {
        (Some(low), Some(high)) => f64::midpoint(low, high),
        (Some(low), None) => low + low.abs(),
        (None, Some(high)) => high - high.abs() / 2.0,
        (None, None) => 0.0,
    }
}

/// Half of what the strictest limit allows.
fn p95_us(body: &Body, metric: &str) -> u64 {
    let shape = Spread::usual(P95_US);
    let allowed = conditions(body, metric).filter_map(|condition| {
        let (share, ms) = limited(condition)?;
        // How slow the whole shape may be for this share of it to be in time.
        let us = u128::from(ms) * 1_000 * u128::from(P95_US) / u128::from(shape.at(share).max(1)) / 2;
        u64::try_from(us).ok()
    });
    allowed.min().unwrap_or(P95_US).max(1)
}

/// The share of requests that a condition wants to be in time, and that time in milliseconds.
fn limited(condition: &Condition) -> Option<(u64, u64)> {
    match (&condition.reading, &condition.bound) {
        (Some(Reading::Quantile(name)), Bound::Limit(limit)) if !condition.lower => {
            Some((quantile(name)?, limit.as_u64()?))
        }
        (Some(Reading::OverMs(ms)), Bound::Constant(share)) => {
            Some((ONE - of_one(u64::try_from(scaled(*share, 9)).ok()?.min(1_000_000_000), 1_000_000_000), *ms))
        }
        _ => None,
    }
}

/// The share of requests below a quantile, of [`ONE`]: `p95`, `p999`.
pub(super) fn quantile(name: &str) -> Option<u64> {
    let digits = name.strip_prefix('p').filter(|digits| (1..=9).contains(&digits.len()))?;
    let part: u64 = digits.parse().ok()?;
    Some(of_one(part, 10_u64.pow(u32::try_from(digits.len()).ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_usual_lies_within_limits_and_range() {
        assert!((between((None, Some(10.0)), None) - 5.0).abs() < 1e-9);
        assert!((between((Some(0.7), None), Some((0.0, 1.0))) - 0.85).abs() < 1e-9);
        assert!((between((Some(3.0), None), None) - 6.0).abs() < 1e-9);
        assert!(between((None, Some(-4.0)), None) < -4.0);
        assert_eq!(quantile("p95"), Some(of_one(95, 100)));
        assert_eq!(quantile("p999"), Some(of_one(999, 1_000)));
        assert_eq!(quantile("median"), None);
    }
}
