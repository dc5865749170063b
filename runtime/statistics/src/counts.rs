//! What a gate has seen of one arm.

use core::fmt;

/// Requests of one arm, and how many of them were bad.
///
/// `bad <= total` holds for every value: the constructor refuses anything else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub struct Counts {
    total: u64,
    bad: u64,
}

/// More bad requests than requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountsError {
    /// Requests, as given.
    pub total: u64,
    /// Bad requests, as given; more than `total`.
    pub bad: u64,
}

impl fmt::Display for CountsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} bad requests out of {}: let the bad query select a subset of the total query, over the same window",
            self.bad, self.total
        )
    }
}

impl core::error::Error for CountsError {}

impl Counts {
    /// `total` requests of which `bad` were bad.
    ///
    /// # Errors
    /// When `bad > total`.
    pub const fn new(total: u64, bad: u64) -> Result<Self, CountsError> {
        if bad > total {
            return Err(CountsError { total, bad });
        }
        Ok(Self { total, bad })
    }

    /// Requests seen.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.total
    }

    /// Bad requests seen, at most [`Counts::total`].
    #[must_use]
    pub const fn bad(self) -> u64 {
        self.bad
    }

    /// Requests seen that were not bad.
    #[must_use]
    pub const fn good(self) -> u64 {
        self.total - self.bad
    }

    /// Share of bad requests, in `0..=1`; nothing for an empty arm.
    #[must_use]
    pub fn rate(self) -> Option<f64> {
        (self.total > 0).then(|| self.bad as f64 / self.total as f64)
    }
}

/// The judges' own view of an arm: real numbers, so that expected counts
/// (1.7 bad requests) can be judged like observed ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Arm {
    pub(crate) total: f64,
    pub(crate) bad: f64,
    pub(crate) good: f64,
}

impl Arm {
    /// The counts expected of `total` requests at `rate`, a number in `0..=1`.
    pub(crate) fn expected(total: f64, rate: f64) -> Self {
        Self { total, bad: total * rate, good: total * (1.0 - rate) }
    }

    /// Both arms as one.
    pub(crate) fn pooled(self, other: Self) -> Self {
        Self { total: self.total + other.total, bad: self.bad + other.bad, good: self.good + other.good }
    }

    pub(crate) fn is_empty(self) -> bool {
        self.total <= 0.0
    }

    /// Maximum-likelihood rate; 0 for an empty arm.
    pub(crate) fn rate(self) -> f64 {
        if self.is_empty() { 0.0 } else { self.bad / self.total }
    }
}

impl From<Counts> for Arm {
    fn from(counts: Counts) -> Self {
        Self { total: counts.total() as f64, bad: counts.bad() as f64, good: counts.good() as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_more_bad_than_total() {
        let error = Counts::new(3, 4).unwrap_err();
        assert_eq!(error, CountsError { total: 3, bad: 4 });
        assert!(error.to_string().starts_with("4 bad requests out of 3"));
    }

    #[test]
    fn rate_of_nothing_is_nothing() {
        assert_eq!(Counts::default().rate(), None);
        assert_eq!(Counts::new(4, 1).unwrap().rate(), Some(0.25));
        assert_eq!(Counts::new(u64::MAX, u64::MAX).unwrap().rate(), Some(1.0));
    }
}
