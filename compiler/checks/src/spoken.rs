//! Times and shares as reviewers read them at first sight.

use semantics::units::duration_text;

/// A share of requests as people read it, with two digits that count.
pub(crate) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let rounded: f64 = format!("{percent:.1e}").parse().unwrap_or(percent);
    let exact: f64 = format!("{percent:.6}").parse().unwrap_or(percent);
    // `0.25%` and `2.25%` are written with all of their digits; computed shares are not.
    let shown = if format!("{exact}").len() <= 5 { exact } else { rounded };
    format!("{shown}%")
}

/// A time in its largest units: `48m 40s`.
pub(crate) fn spoken(ms: i64) -> String {
    let (seconds, rest) = (ms / 1_000, ms % 1_000);
    let parts = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "m"), (seconds % 60, "s")];
    let parts = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n}{unit}"));
    let shown: Vec<String> = parts.collect();
    if shown.is_empty() || rest > 0 { duration_text(ms) } else { shown.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::{percent, spoken};

    #[test]
    fn times_and_shares_are_read_at_first_sight() {
        let times = [(2_920_000, "48m 40s"), (3_600_000, "1h"), (500, "500ms"), (90_061_000, "1d 1h 1m 1s")];
        for (ms, text) in times {
            assert_eq!(spoken(ms), text);
        }
        for (share, text) in [(0.001, "0.1%"), (0.0035, "0.35%"), (1.0, "100%"), (0.018, "1.8%"), (1.0 / 3.0, "33%")] {
            assert_eq!(percent(share), text);
        }
    }
}
