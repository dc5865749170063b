//! Quantities, one way everywhere: `5%`, `12.3 s`, rates as percent with two decimals, times in UTC.

/// A rate of one as percent.
pub(crate) fn rate(of_one: f64) -> String {
    format!("{:.2}%", of_one * 100.0)
}

/// A confidence as it is written in a plan, `0.95`, as percent; other text stays as it is.
pub(crate) fn confidence(text: &str) -> String {
    match text.parse::<f64>() {
        // Rounded to a millionth of a percent: 0.999 times 100 is not 99.9.
        Ok(of_one) if (0.0..=1.0).contains(&of_one) => format!("{}%", (of_one * 1e8).round() / 1e6),
        Ok(_) | Err(_) => text.to_owned(),
    }
}

/// A duration: seconds with one decimal below a minute, else two whole units.
pub(crate) fn duration(ms: u64) -> String {
    // Below this, one decimal would round up to 60.0 s.
    if ms < 59_950 {
        return format!("{:.1} s", ms as f64 / 1000.0);
    }
    let seconds = (ms + 500) / 1000;
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    match (days, hours) {
        (0, 0) => format!("{minutes} min {:02} s", seconds % 60),
        (0, _) => format!("{hours} h {:02} min", minutes % 60),
        _ => format!("{days} d {:02} h", hours % 24),
    }
}

/// An instant in UTC, to the second.
pub(crate) fn utc(ms: i64) -> String {
    let instant = jiff::Timestamp::from_millisecond(ms);
    instant.map_or_else(|_| format!("{ms} ms"), |instant| instant.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Milliseconds from one instant to another, never negative.
pub(crate) fn between(from_ms: i64, to_ms: i64) -> u64 {
    u64::try_from(to_ms.saturating_sub(from_ms)).unwrap_or(0)
}

/// So many things: `1 run`, `2 runs`.
pub(crate) fn count(many: u64, thing: &str) -> String {
    let plural = if many == 1 { "" } else { "s" };
    format!("{many} {thing}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities() {
        assert_eq!([0.0, 0.002, 0.10, 1.0].map(rate), ["0.00%", "0.20%", "10.00%", "100.00%"]);
        assert_eq!(
            [0, 12_340, 59_940, 59_960, 61_000, 3_599_600, 3_720_000, 93_600_000].map(duration),
            ["0.0 s", "12.3 s", "59.9 s", "1 min 00 s", "1 min 01 s", "1 h 00 min", "1 h 02 min", "1 d 02 h"]
        );
        assert_eq!(["0.95", "0.999", "95%", "nan"].map(confidence), ["95%", "99.9%", "95%", "nan"]);
        assert_eq!([0, 1, 2].map(|many| count(many, "run")), ["0 runs", "1 run", "2 runs"]);
        assert_eq!(utc(0), "1970-01-01T00:00:00Z");
        assert_eq!(utc(1_700_000_000_999), "2023-11-14T22:13:20Z");
        assert_eq!(utc(i64::MAX), "9223372036854775807 ms");
        assert_eq!((between(5, 3), between(i64::MIN, i64::MAX)), (0, i64::MAX as u64));
    }
}
