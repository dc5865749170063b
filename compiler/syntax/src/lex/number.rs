//! Numbers: exact, with their unit; dates and times.

use crate::ast::{Literal, Unit};
use jiff::civil::Date;
use rust_decimal::Decimal;

/// The value of a number token, or what is wrong with it.
pub(crate) fn literal(text: &str) -> Result<Literal, String> {
    if text.contains('-') {
        return date(text).map(Literal::Date).ok_or_else(|| format!("`{text}` is no day of the calendar"));
    }
    if let Some((hours, minutes)) = text.split_once(':') {
        return time(text, hours, minutes).map(Literal::Time);
    }
    let digits_end = text.find(|c: char| !(c.is_ascii_digit() || c == '_' || c == '.')).unwrap_or(text.len());
    let (digits, suffix) = text.split_at(digits_end);
    let digits: String = digits.chars().filter(|c| *c != '_').collect();
    match unit(suffix.trim_start(), suffix.starts_with(' '))? {
        Some(unit) => Ok(Literal::Quantity(decimal(&digits)?, unit)),
        None if digits.contains('.') => decimal(&digits).map(Literal::Decimal),
        None => digits.parse().map(Literal::Int).map_err(|_| too_large("9_223_372_036_854_775_807")),
    }
}

/// Four digits of the year, two of the month, two of the day.
fn date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
}

/// Minutes since midnight; a day may end at 24:00.
fn time(text: &str, hours: &str, minutes: &str) -> Result<u16, String> {
    if hours.len() == 1 {
        return Err(format!("a time has two digits for its hours: write `0{text}`"));
    }
    match (hours.parse::<u16>(), minutes.parse::<u16>()) {
        (Ok(hours), Ok(minutes)) if minutes < 60 && (hours < 24 || (hours, minutes) == (24, 0)) => {
            Ok(hours * 60 + minutes)
        }
        _ => Err(format!("`{text}` is no time of the day: they run from 00:00 to 24:00")),
    }
}

fn decimal(digits: &str) -> Result<Decimal, String> {
    Decimal::from_str_exact(digits).map_err(|_| too_large("28 digits"))
}

fn too_large(limit: &str) -> String {
    format!("this number is too large to be exact: the limit is {limit}")
}

fn unit(suffix: &str, apart: bool) -> Result<Option<Unit>, String> {
    match (suffix, apart) {
        ("", _) => Ok(None),
        ("req/s", _) => Ok(Some(Unit::RequestsPerSecond)),
        (currency, true) => Ok(<[u8; 3]>::try_from(currency.as_bytes()).ok().map(Unit::Money)),
        (suffix, false) => Unit::of_suffix(suffix).map(Some).ok_or_else(|| unknown_unit(suffix)),
    }
}

fn unknown_unit(suffix: &str) -> String {
    let known = Unit::SUFFIXES.iter().map(|(text, _)| *text);
    let nearest = known.clone().find(|known| known.eq_ignore_ascii_case(suffix));
    match nearest.or_else(|| long_form(suffix)) {
        Some(unit) => format!("`{suffix}` is not a unit; write `{unit}`"),
        None => format!("`{suffix}` is not a unit; the units are {}", known.collect::<Vec<_>>().join(", ")),
    }
}

/// The suffix for a unit's name written out.
fn long_form(name: &str) -> Option<&'static str> {
    Some(match name.to_ascii_lowercase().as_str() {
        "milliseconds" | "msec" | "millis" => "ms",
        "seconds" | "second" | "sec" | "secs" => "s",
        "minutes" | "minute" | "min" | "mins" => "m",
        "hours" | "hour" | "hr" | "hrs" => "h",
        "days" | "day" => "d",
        "percent" => "%",
        _unknown => return None,
    })
}
