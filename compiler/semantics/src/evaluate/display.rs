//! The one display form of every value.

use jiff::civil::Date;
use smol_str::SmolStr;

use crate::types::DeclId;
use crate::units::{duration_text, percent_text, time_text};
use crate::value::{Piece, Value, Window};

/// The value as a user would write it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Text(pieces) => pieces.iter().map(piece).collect(),
        Value::Bool(it) => it.to_string(),
        Value::Int(it) => it.to_string(),
        Value::Duration(ms) => duration_text(*ms),
        Value::Ratio(share) => percent_text(*share),
        Value::Points(share) => format!("{}pp", percent_text(*share).trim_end_matches('%')),
        Value::Factor(it) => format!("{it}x"),
        Value::Rate(it) => format!("{it} req/s"),
        Value::Bytes(it) => format!("{it}B"),
        Value::Money(it, currency) => format!("{it} {currency}"),
        Value::Date(it) => it.to_string(),
        Value::Time(minutes) => time_text(*minutes),
        Value::Digest(it) => it.to_string(),
        Value::PromQl(it) | Value::Sql(it) => it.to_string(),
        Value::Secret(_) => "secret".to_owned(),
        Value::Window(it) => window(it),
        Value::Freeze(it) => format!("{} in \"{}\" because \"{}\"", days_text(it.first, it.last), it.zone, it.because),
        Value::List(_) | Value::Map(_) | Value::Range(..) | Value::Record(..) | Value::Case(..) => String::new(),
        Value::None => "none".to_owned(),
        Value::Entity(full) => DeclId::of_full(full).name.to_string(),
        Value::Parameter(name) => format!("${{{name}}}"),
        Value::Output(name, path) => output(name, path),
        Value::Error => String::new(),
    }
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Known(text) => text.to_string(),
        Piece::Parameter(name) => format!("${{{name}}}"),
        Piece::Output(name, path) => output(name, path),
    }
}

/// The value as a reader is told of it; nothing for what was reported.
pub(crate) fn shown(value: &Value) -> Option<String> {
    Some(match value {
        Value::Error => return None,
        Value::Text(_) => format!("\"{}\"", text(value)),
        Value::Secret(_) => "a secret".to_owned(),
        Value::Parameter(name) => format!("known only when a run starts (`{name}`)"),
        Value::Output(name, _) => format!("known only during the run (`{name}`)"),
        Value::List(elements) if elements.is_empty() => "an empty list".to_owned(),
        Value::List(elements) => {
            let first: Vec<String> = elements.iter().take(LISTED_MAX).filter_map(shown).collect();
            let more = if elements.len() > LISTED_MAX { ", …" } else { "" };
            format!("[{}{more}]", first.join(", "))
        }
        Value::Map(entries) => format!("a map of {}", entries.len()),
        Value::Range(low, high) => format!("{}..{}", shown(low)?, shown(high)?),
        // A record is known by its name where it has one.
        Value::Record(of, fields) => match fields.get("name") {
            Some(name @ Value::Text(_)) => format!("`{}`", text(name)),
            _ => format!("a {}", of.rsplit('.').next().unwrap_or(of)),
        },
        Value::Case(_, case, _) => case.to_string(),
        plain => text(plain),
    })
}

/// Elements of a list that are shown.
const LISTED_MAX: usize = 6;

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

fn window(it: &Window) -> String {
    let open = (0..7).filter(|day| it.days & (1 << day) != 0).map(|day| WEEKDAYS[day]);
    let days = open.collect::<Vec<_>>().join(" ");
    let except: Vec<String> = it.except.iter().map(|(first, last)| days_text(*first, *last)).collect();
    let except = if except.is_empty() { String::new() } else { format!(" except [{}]", except.join(", ")) };
    format!("{days} {}..{} in \"{}\"{except}", time_text(it.from), time_text(it.to), it.zone)
}

fn days_text(first: Date, last: Date) -> String {
    if first == last { first.to_string() } else { format!("{first}..{last}") }
}

fn output(name: &SmolStr, path: &[SmolStr]) -> String {
    format!("${{{}}}", path.iter().fold(name.to_string(), |text, field| format!("{text}.{field}")))
}
