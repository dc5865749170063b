//! Durations as people write them: `90s`, `500ms`, `2m`.

use std::time::Duration;

pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    let bad = || format!("`{text}` is not a duration: write 500ms, 90s or 2m");
    let unit = text.find(|letter: char| !letter.is_ascii_digit()).ok_or_else(bad)?;
    let (number, unit) = text.split_at(unit);
    let number: u32 = number.parse().map_err(|_| bad())?;
    match unit {
        "ms" => Ok(Duration::from_millis(u64::from(number))),
        "s" => Ok(Duration::from_secs(u64::from(number))),
        "m" => Ok(Duration::from_secs(60 * u64::from(number))),
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(parse("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(parse("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(parse("500ms"), Ok(Duration::from_millis(500)));
        for text in ["", "90", "s", "-1s", "1.5s", "1h", "99999999999s"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
