//! How much more than the other arm's a quantile or a mean may be: a [`crate::Margin`] without the bounds of rates.

use core::fmt;

/// `times · (the other arm's value) + plus`, in the unit of the metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowance {
    plus: f64,
    times: f64,
}

/// Two numbers do not make an allowance: one is not finite, or the factor is negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AllowanceError {
    /// What is added, as given.
    pub plus: f64,
    /// The factor, as given.
    pub times: f64,
}

impl fmt::Display for AllowanceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { plus, times } = self;
        write!(
            f,
            "`* {times} + {plus}` allows nothing that could be kept: multiply by zero or more, and add a finite number"
        )
    }
}

impl core::error::Error for AllowanceError {}

impl Allowance {
    /// No more than the other arm's.
    pub const NONE: Self = Self { plus: 0.0, times: 1.0 };

    /// `times · other + plus`.
    ///
    /// # Errors
    /// When a number is not finite, or `times` is negative: the greater the other arm's, the stricter the gate.
    pub fn new(plus: f64, times: f64) -> Result<Self, AllowanceError> {
        if plus.is_finite() && times.is_finite() && times >= 0.0 {
            Ok(Self { plus, times })
        } else {
            Err(AllowanceError { plus, times })
        }
    }

    /// The greatest value allowed beside `other`; rises with it.
    #[must_use]
    pub fn allowed(self, other: f64) -> f64 {
        self.times * other + self.plus
    }
}
