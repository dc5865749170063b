//! What a source shows of a metric, by the metric's kind: totals that only grow, so that what is in a window is the
//! difference of two readings, and how things stand, of which every reading counts.

use serde::{Deserialize, Serialize};

/// One metric of one release, or of one arm, at one instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "Written")]
pub enum MetricReading {
    /// A share of requests.
    Ratio(RatioReading),
    /// How values are spread.
    Distribution(HistogramReading),
    /// An average over observations.
    Mean(MeanReading),
    /// How things stand now.
    Gauge(GaugeReading),
    /// Events that only become more.
    Counter(CounterReading),
}

/// A ratio metric's two counters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RatioReading {
    /// Requests the metric counts as bad.
    pub bad: u64,
    /// All requests it counts.
    pub total: u64,
}

/// Observations by bucket, since the counters began. Durations are in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HistogramReading {
    /// Upper bounds of the buckets, inclusive, rising.
    pub bounds: Vec<f64>,
    /// Observations in each bucket, not cumulative; one more than bounds, the last for everything above.
    pub counts: Vec<u64>,
}

/// Observations and what they add up to, since the counters began, in the metric's unit (durations in milliseconds).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MeanReading {
    /// Observations.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The sum of their squares, or more: it sharpens the verdict of what scatters little. None where nobody knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub squares: Option<f64>,
}

/// How things stand, in the metric's unit (durations in milliseconds, bytes in bytes, shares of one).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct GaugeReading {
    /// The least of what there are several of: instances, replicas.
    pub least: f64,
    /// The greatest of them.
    pub most: f64,
}

/// Events since the counters began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterReading {
    /// How many.
    pub events: u64,
}

/// The reading as journals hold it: by kind, or, in those of earlier versions, the two counters of a ratio alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Typed(Typed),
    Ratio(RatioReading),
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Typed {
    Ratio(RatioReading),
    Distribution(HistogramReading),
    Mean(MeanReading),
    Gauge(GaugeReading),
    Counter(CounterReading),
}

impl From<Written> for MetricReading {
    fn from(written: Written) -> Self {
        match written {
            Written::Ratio(ratio) | Written::Typed(Typed::Ratio(ratio)) => Self::Ratio(ratio),
            Written::Typed(Typed::Distribution(histogram)) => Self::Distribution(histogram),
            Written::Typed(Typed::Mean(mean)) => Self::Mean(mean),
            Written::Typed(Typed::Gauge(gauge)) => Self::Gauge(gauge),
            Written::Typed(Typed::Counter(counter)) => Self::Counter(counter),
        }
    }
}

impl MetricReading {
    /// A ratio.
    pub fn ratio(bad: u64, total: u64) -> Self {
        Self::Ratio(RatioReading { bad, total })
    }

    /// Whether it can be: numbers that are numbers, no more bad requests than requests, one count for each bucket.
    pub fn can_be(&self) -> bool {
        match self {
            Self::Ratio(ratio) => ratio.bad <= ratio.total,
            Self::Distribution(histogram) => histogram.histogram().is_some(),
            Self::Mean(mean) => mean.sum.is_finite() && mean.squares.is_none_or(|it| it.is_finite() && it >= 0.0),
            Self::Gauge(gauge) => gauge.least.is_finite() && gauge.most.is_finite() && gauge.least <= gauge.most,
            Self::Counter(_) => true,
        }
    }

    /// Whether nothing ran backwards since `before`, and the same is counted: its kind, its buckets.
    pub(crate) fn follows(&self, before: &Self) -> bool {
        match (before, self) {
            (Self::Ratio(before), Self::Ratio(now)) => now.bad >= before.bad && now.total >= before.total,
            (Self::Distribution(before), Self::Distribution(now)) => {
                let grew = || now.counts.iter().zip(&before.counts).all(|(now, before)| now >= before);
                now.bounds == before.bounds && now.counts.len() == before.counts.len() && grew()
            }
            (Self::Mean(before), Self::Mean(now)) => {
                let scatter = before.squares.zip(now.squares).is_none_or(|(before, now)| now >= before);
                now.count >= before.count && scatter
            }
            (Self::Gauge(_), Self::Gauge(_)) => true,
            (Self::Counter(before), Self::Counter(now)) => now.events >= before.events,
            _ => false,
        }
    }

    /// What is in the window that begins with `before`; of a gauge both readings are in it. None where one does not follow
    /// the other.
    pub(crate) fn since(&self, before: &Self) -> Option<Self> {
        if !self.follows(before) {
            return None;
        }
        Some(match (before, self) {
            (Self::Ratio(before), Self::Ratio(now)) => Self::ratio(now.bad - before.bad, now.total - before.total),
            (Self::Distribution(before), Self::Distribution(now)) => {
                let counts = now.counts.iter().zip(&before.counts).map(|(now, before)| now - before);
                Self::Distribution(HistogramReading { bounds: now.bounds.clone(), counts: counts.collect() })
            }
            (Self::Mean(before), Self::Mean(now)) => Self::Mean(MeanReading {
                count: now.count - before.count,
                sum: now.sum - before.sum,
                squares: before.squares.zip(now.squares).map(|(before, now)| now - before),
            }),
            (Self::Counter(before), Self::Counter(now)) => {
                Self::Counter(CounterReading { events: now.events - before.events })
            }
            (gauge, now) => return now.with(gauge),
        })
    }

    /// Both together: of several releases, or of several instants of a gauge. None where they are not of one kind, or not
    /// of the same buckets.
    pub(crate) fn with(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Ratio(one), Self::Ratio(two)) => {
                Self::ratio(one.bad.saturating_add(two.bad), one.total.saturating_add(two.total))
            }
            (Self::Distribution(one), Self::Distribution(two)) => Self::Distribution(one.with(two)?),
            (Self::Mean(one), Self::Mean(two)) => Self::Mean(MeanReading {
                count: one.count.saturating_add(two.count),
                sum: one.sum + two.sum,
                squares: one.squares.zip(two.squares).map(|(one, two)| one + two),
            }),
            (Self::Gauge(one), Self::Gauge(two)) => Self::Gauge(one.with(two)),
            (Self::Counter(one), Self::Counter(two)) => {
                Self::Counter(CounterReading { events: one.events.saturating_add(two.events) })
            }
            _ => return None,
        })
    }

    /// How many of the judged things it rests on; `requests` where the kind counts something else.
    pub(crate) fn n(&self, requests: u64) -> u64 {
        match self {
            Self::Ratio(ratio) => ratio.total,
            Self::Distribution(histogram) => histogram.counts.iter().fold(0, |sum, count| sum.saturating_add(*count)),
            Self::Mean(mean) => mean.count,
            Self::Gauge(_) | Self::Counter(_) => requests,
        }
    }
}

impl GaugeReading {
    /// The least and the greatest of both.
    pub(crate) fn with(&self, other: &Self) -> Self {
        Self { least: self.least.min(other.least), most: self.most.max(other.most) }
    }
}

impl HistogramReading {
    /// As the judges take it; none where bounds and counts are no histogram.
    pub(crate) fn histogram(&self) -> Option<statistics::Histogram> {
        statistics::Histogram::new(&self.bounds, &self.counts).ok()
    }

    fn with(&self, other: &Self) -> Option<Self> {
        let alike = self.bounds == other.bounds && self.counts.len() == other.counts.len();
        let counts = self.counts.iter().zip(&other.counts).map(|(one, two)| one.saturating_add(*two));
        alike.then(|| Self { bounds: self.bounds.clone(), counts: counts.collect() })
    }
}
