//! A histogram with fixed buckets, as metrics carry latencies: what it knows, and what it does not.

use core::fmt;

use crate::counts::Counts;

/// Observations by bucket. Bucket i holds those in `(bounds[i − 1], bounds[i]]`, the last those above every bound.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    bounds: Vec<f64>,
    /// Observations at or below each bound; the last element counts all.
    up_to: Vec<u64>,
}

/// Why bounds and counts are not a histogram.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistogramError {
    /// There must be one count more than there are bounds, for what lies above the last.
    Buckets {
        /// Bounds given.
        bounds: usize,
        /// Counts given.
        counts: usize,
    },
    /// The bound at this index is not a finite number above the one before it.
    Bound(usize),
    /// The counts add up to more than `u64` holds.
    TooMany,
}

impl fmt::Display for HistogramError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Buckets { bounds, counts } => write!(
                f,
                "{bounds} bucket bounds need {} counts, not {counts}: the last counts what lies above every bound",
                bounds + 1
            ),
            Self::Bound(index) => {
                write!(
                    f,
                    "bucket bound {} is not a finite number above the one before it: list bounds in rising order",
                    index + 1
                )
            }
            Self::TooMany => f.write_str("the buckets count more than 2^64 − 1 observations: choose a shorter window"),
        }
    }
}

impl core::error::Error for HistogramError {}

/// The observations above a value: exact where it is a bucket's bound, else an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Above {
    /// Those certainly above it.
    pub least: Counts,
    /// Those, and all that lie in the bucket around it.
    pub most: Counts,
}

impl Above {
    /// Whether the value is a bucket's bound, so that nothing is unknown.
    #[must_use]
    pub fn is_exact(self) -> bool {
        self.least == self.most
    }
}

impl Histogram {
    /// A histogram of `counts` (not cumulative) between rising `bounds`.
    ///
    /// # Errors
    /// See [`HistogramError`].
    pub fn new(bounds: &[f64], counts: &[u64]) -> Result<Self, HistogramError> {
        if counts.len() != bounds.len() + 1 {
            return Err(HistogramError::Buckets { bounds: bounds.len(), counts: counts.len() });
        }
        let rising = |i: usize| bounds[i].is_finite() && (i == 0 || bounds[i] > bounds[i - 1]);
        if let Some(index) = (0..bounds.len()).find(|i| !rising(*i)) {
            return Err(HistogramError::Bound(index));
        }
        let mut up_to = Vec::with_capacity(counts.len());
        let mut sum = 0_u64;
        for count in counts {
            sum = sum.checked_add(*count).ok_or(HistogramError::TooMany)?;
            up_to.push(sum);
        }
        Ok(Self { bounds: bounds.to_vec(), up_to })
    }

    /// All observations.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.up_to[self.bounds.len()]
    }

    /// Each bound with the observations at or below it, as the "bad" ones of all.
    pub(crate) fn at_or_below(&self) -> impl DoubleEndedIterator<Item = (f64, Counts)> + '_ {
        self.bounds.iter().zip(&self.up_to).map(|(bound, up_to)| (*bound, counts(self.total(), *up_to)))
    }

    /// The observations above `value`. For NaN: none to all.
    #[must_use]
    pub fn above(&self, value: f64) -> Above {
        let total = self.total();
        let above = |up_to: u64| counts(total, total - up_to);
        // The bounds at or below the value are the first ones; NaN is at or above none.
        let passed = self.bounds.partition_point(|bound| *bound <= value);
        let known = passed > 0 && self.bounds[passed - 1] == value;
        let before = if passed > 0 { self.up_to[passed - 1] } else { 0 };
        if known {
            return Above { least: above(before), most: above(before) };
        }
        let least = if value.is_nan() || passed == self.bounds.len() { 0 } else { total - self.up_to[passed] };
        Above { least: counts(total, least), most: above(if value.is_nan() { 0 } else { before }) }
    }
}

fn counts(total: u64, bad: u64) -> Counts {
    Counts::new(total, bad.min(total)).unwrap_or_default()
}
