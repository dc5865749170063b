//! What the world's counters show of each kind of metric. Everything follows from requests and bad ones, in whole numbers, so
//! that the oracle can say from its own book what was really so.
//!
//! A bad request takes [`SLOW_MS`], any other [`FAST_MS`]; each bad one is an event; and a gauge shows how many of a million
//! requests of the release go wrong.

use machine::ports::provider::{
    CounterReading, GaugeReading, HistogramReading, MeanReading, MetricReading, SampleRequest,
};
use plan::MetricKind;

/// How long a request takes that is not bad, in milliseconds.
pub const FAST_MS: u64 = 50;

/// How long a bad one takes.
pub const SLOW_MS: u64 = 800;

/// Bounds of the buckets, in milliseconds: between them the two lie apart.
const BOUNDS_MS: [f64; 3] = [100.0, 300.0, 1_000.0];

/// The metrics that are asked for, of a release with so many requests and bad ones, and so many bad in a million now.
pub(super) fn of(
    request: &SampleRequest,
    (all, bad): (u64, u64),
    per_million: u64,
) -> std::collections::BTreeMap<String, MetricReading> {
    let metrics = request.metrics.iter();
    metrics.map(|(name, metric)| (name.clone(), reading(metric.kind, all, bad, per_million))).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of a simulation stay far below 2^53")]
fn reading(kind: MetricKind, all: u64, bad: u64, per_million: u64) -> MetricReading {
    let good = all.saturating_sub(bad);
    match kind {
        MetricKind::Ratio => MetricReading::ratio(bad, all),
        MetricKind::Distribution => MetricReading::Distribution(HistogramReading {
            bounds: BOUNDS_MS.to_vec(),
            counts: vec![good, 0, all - good, 0],
        }),
        MetricKind::Mean => MetricReading::Mean(MeanReading {
            count: all,
            sum: (good * FAST_MS + bad * SLOW_MS) as f64,
            squares: Some((good * FAST_MS * FAST_MS + bad * SLOW_MS * SLOW_MS) as f64),
        }),
        MetricKind::Gauge => {
            let now = per_million as f64;
            MetricReading::Gauge(GaugeReading { least: now, most: now })
        }
        MetricKind::Counter => MetricReading::Counter(CounterReading { events: bad }),
    }
}
