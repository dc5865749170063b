//! Numbers as people read them.

/// A number of things: `1 step`, `2 steps`.
pub(crate) fn counted(count: usize, what: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {what}{plural}")
}

/// A share as a percentage with two significant digits.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", digits(share * 100.0))
}

/// Two significant digits, more only in front of the point.
pub(crate) fn digits(value: f64) -> String {
    if value == 0.0 || value >= 10.0 {
        return format!("{value:.0}");
    }
    let rounded: f64 = format!("{value:.1e}").parse().unwrap_or(value);
    if rounded < 0.000_1 { "less than 0.0001".to_owned() } else { format!("{rounded}") }
}
