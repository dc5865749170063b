//! Metrics: what is read, and of which kind it is, which decides what it can be compared with.

use diagnostics::Span;
use foreign::promql;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::value::Value;

/// A metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// Its kind.
    pub kind: MetricKind,
    /// Of a ratio, selects the bad requests: a case of `std.proxy.Selector` or a query; nothing for other kinds.
    pub bad: Value,
    /// Of a ratio, selects all.
    pub total: Value,
    /// Of other kinds, selects what is read: a case of `std.metrics.Standard` or a query.
    pub value: Value,
    /// The baseline, as a share of one.
    pub usual: Option<Decimal>,
    /// Of a mean, the least and the largest value that one observation has.
    pub range: Option<(Value, Value)>,
}

impl Metric {
    /// Why its queries do not tell releases apart, where they do not: to a selector the runtime adds the labels of a
    /// release, to any other query it cannot.
    #[must_use]
    pub fn mixes_releases(&self) -> Option<Mixed> {
        [&self.bad, &self.total, &self.value].into_iter().find_map(|value| match value {
            Value::PromQl(text) => mixed(text),
            _ => None,
        })
    }
}

/// Why a query does not tell releases apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mixed {
    /// It computes something of all releases together.
    Whole,
    /// A label selects one arm by itself: `track="stable"`.
    Pinned(String),
}

fn mixed(text: &str) -> Option<Mixed> {
    let query = promql::query(text).ok()?;
    let Some(selector) = query.selector else { return (!query.release).then_some(Mixed::Whole) };
    let arm = |value: &str| ["canary", "stable", "baseline", "previous", "shadow"].contains(&value);
    let mut pinned = selector.matchers.iter().filter(|(_, op, value)| *op == "=" && arm(value));
    pinned.next().map(|(label, _, value)| Mixed::Pinned(format!("{label}=\"{value}\"")))
}

/// What a metric is, statistically.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MetricKind {
    /// A share of requests.
    Ratio,
    /// How values are spread: latencies.
    Distribution,
    /// An average over observations: cost, a score.
    Mean,
    /// How things stand now.
    Gauge,
    /// Events that only become more.
    Counter,
}

impl MetricKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Ratio, Self::Distribution, Self::Mean, Self::Gauge, Self::Counter];

    /// The word of the language.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ratio => "Ratio",
            Self::Distribution => "Distribution",
            Self::Mean => "Mean",
            Self::Gauge => "Gauge",
            Self::Counter => "Counter",
        }
    }
}
