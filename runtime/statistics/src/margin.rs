//! How much worse than the other arm a canary may be.

use core::fmt;

/// The margin of a comparison: the canary's rate may be at most
/// `times * (the other arm's rate) + plus`.
///
/// `<= stable + 0.2%` is `Margin::new(0.002, 1.0)`, `<= stable * 1.1` is
/// `Margin::new(0.0, 1.1)`, `<= stable` is [`Margin::NONE`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    plus: f64,
    times: f64,
}

/// Why two numbers do not make a margin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarginError {
    /// One of the numbers is NaN or infinite.
    NotFinite,
    /// `times` is negative: the worse the other arm, the stricter the gate.
    NegativeTimes,
    /// `plus > 1`: no rate could ever exceed the margin.
    AboveOne,
    /// `times + plus < 0`: no rate could ever be within the margin.
    BelowZero,
}

impl fmt::Display for MarginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFinite => "a margin is made of finite numbers",
            Self::NegativeTimes => "a margin multiplies by zero or more",
            Self::AboveOne => "a margin above 100 % can never be exceeded: add at most 100 %",
            Self::BelowZero => "a margin below 0 % can never be kept: subtract less",
        })
    }
}

impl core::error::Error for MarginError {}

impl Margin {
    /// No worse than the other arm.
    pub const NONE: Self = Self { plus: 0.0, times: 1.0 };

    /// The margin `times * other + plus`; `plus` is a share (0.002 for 0.2 %).
    ///
    /// # Errors
    /// See [`MarginError`]; each excludes a margin that no data could speak on.
    pub fn new(plus: f64, times: f64) -> Result<Self, MarginError> {
        if !plus.is_finite() || !times.is_finite() {
            return Err(MarginError::NotFinite);
        }
        if times < 0.0 {
            return Err(MarginError::NegativeTimes);
        }
        if plus > 1.0 {
            return Err(MarginError::AboveOne);
        }
        if times + plus < 0.0 {
            return Err(MarginError::BelowZero);
        }
        Ok(Self { plus, times })
    }

    /// The share added, -∞ < plus <= 1.
    #[must_use]
    pub const fn plus(self) -> f64 {
        self.plus
    }

    /// The factor on the other arm's rate, at least 0.
    #[must_use]
    pub const fn times(self) -> f64 {
        self.times
    }

    /// The greatest rate allowed beside an arm of rate `other`. May lie
    /// outside `0..=1`, where every rate, or none, is allowed.
    #[must_use]
    pub fn allowed(self, other: f64) -> f64 {
        self.times * other + self.plus
    }

    /// The rates of the other arm for which [`Margin::allowed`] is a rate.
    pub(crate) fn range(self) -> (f64, f64) {
        if self.times <= 0.0 {
            return (0.0, 1.0);
        }
        let least = (-self.plus / self.times).clamp(0.0, 1.0);
        let most = ((1.0 - self.plus) / self.times).clamp(least, 1.0);
        (least, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refuses_what_no_data_could_speak_on() {
        let cases = [
            (f64::NAN, 1.0, MarginError::NotFinite),
            (0.0, f64::INFINITY, MarginError::NotFinite),
            (0.0, -0.1, MarginError::NegativeTimes),
            (1.5, 1.0, MarginError::AboveOne),
            (-0.6, 0.5, MarginError::BelowZero),
        ];
        for (plus, times, error) in cases {
            assert_eq!(Margin::new(plus, times), Err(error), "{plus} {times}");
        }
    }

    #[test]
    fn range_keeps_the_allowed_rate_a_rate() {
        for (plus, times) in [(0.02, 1.0), (0.0, 1.1), (-0.1, 1.0), (1.0, 3.0), (0.3, 0.0), (0.0, 1e9)] {
            let margin = Margin::new(plus, times).unwrap();
            let (least, most) = margin.range();
            assert!(least <= most);
            for end in [least, most] {
                let allowed = margin.allowed(end);
                assert!((-1e-12..=1.0 + 1e-12).contains(&allowed), "{plus} {times} {allowed}");
            }
        }
    }
}
