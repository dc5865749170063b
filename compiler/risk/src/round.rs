//! Numbers of a report: few digits, the same on every platform.

/// Rounded to four significant digits.
pub(crate) fn significant(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}
