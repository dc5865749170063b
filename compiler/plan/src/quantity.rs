//! Exact numbers as they stand in a plan: never a binary float, one spelling per value.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An exact decimal, written as its shortest decimal string so that equal values have equal bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct Exact(Decimal);

impl Exact {
    /// Zero.
    pub const ZERO: Self = Self(Decimal::ZERO);
    /// One.
    pub const ONE: Self = Self(Decimal::ONE);

    /// Wraps a decimal in its shortest form.
    pub fn new(value: Decimal) -> Self {
        Self(value.normalize())
    }

    /// The value.
    pub fn value(self) -> Decimal {
        self.0
    }

    /// The nearest binary double, for the judges (correctly rounded from the decimal text).
    pub fn to_f64(self) -> f64 {
        // A decimal's text is always a valid float literal.
        self.0.to_string().parse().unwrap_or(0.0)
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl From<Exact> for String {
    fn from(value: Exact) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Exact {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Decimal::from_str(&text).map(Self::new).map_err(|e| format!("`{text}` is not an exact decimal: {e}"))
    }
}

/// A share of traffic or of replicas in hundredths of a per cent: 0 ..= 10 000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "u32", into = "u32")]
#[schemars(with = "u32")]
pub struct Share(u32);

impl Share {
    /// No traffic.
    pub const NONE: Self = Self(0);
    /// All traffic.
    pub const ALL: Self = Self(10_000);

    /// A share from hundredths of a per cent; `None` above 10 000.
    pub fn from_basis_points(points: u32) -> Option<Self> {
        (points <= 10_000).then_some(Self(points))
    }

    /// A share from an exact ratio (`0.05` is 5 %); `None` outside 0..=1 or finer than 0.01 %.
    pub fn from_ratio(ratio: Decimal) -> Option<Self> {
        let points = ratio.checked_mul(Decimal::from(10_000))?;
        if points.fract() != Decimal::ZERO {
            return None;
        }
        u32::try_from(points).ok().and_then(Self::from_basis_points)
    }

    /// Hundredths of a per cent.
    pub fn basis_points(self) -> u32 {
        self.0
    }

    /// What is left to 100 %.
    pub fn rest(self) -> Self {
        Self(10_000 - self.0)
    }

    /// The share as a fraction of one.
    pub fn to_f64(self) -> f64 {
        f64::from(self.0) / 10_000.0
    }

    /// The least whole number of `replicas` that holds this share, rounded up.
    pub fn of_replicas(self, replicas: u32) -> u32 {
        let exact = u64::from(self.0) * u64::from(replicas);
        u32::try_from(exact.div_ceil(10_000)).unwrap_or(u32::MAX)
    }
}

impl From<Share> for u32 {
    fn from(share: Share) -> Self {
        share.0
    }
}

impl TryFrom<u32> for Share {
    type Error = String;

    fn try_from(points: u32) -> Result<Self, String> {
        Self::from_basis_points(points).ok_or_else(|| format!("{points} is over 10000 hundredths of a per cent"))
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 100, self.0 % 100);
        match (rest, rest % 10) {
            (0, _) => write!(f, "{whole}%"),
            (_, 0) => write!(f, "{whole}.{}%", rest / 10),
            _ => write!(f, "{whole}.{rest:02}%"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_shown_shortest() {
        for (points, shown) in [(0, "0%"), (500, "5%"), (1250, "12.5%"), (1, "0.01%"), (10_000, "100%"), (705, "7.05%")]
        {
            assert_eq!(Share::from_basis_points(points).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn replicas_round_up_and_ratios_are_exact() {
        let share = |text: &str| Share::from_ratio(Decimal::from_str(text).unwrap());
        assert_eq!(share("0.05").unwrap().of_replicas(2), 1);
        assert_eq!(share("1").unwrap().of_replicas(12), 12);
        assert_eq!(share("0").unwrap().of_replicas(12), 0);
        assert_eq!(share("0.00005"), None);
        assert_eq!(share("1.01"), None);
        assert_eq!(share("-0.01"), None);
    }

    #[test]
    fn equal_decimals_have_one_spelling() {
        let one = Exact::try_from("0.0500".to_owned()).unwrap();
        assert_eq!(String::from(one), "0.05");
        assert!((one.to_f64() - 0.05).abs() < f64::EPSILON);
    }
}
