//! The one display form of every value.

use crate::units::{duration_text, percent_text, time_text};
use crate::value::{Piece, Value};

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
        Value::List(_) | Value::Map(_) | Value::Range(..) | Value::Record(..) | Value::Case(..) => String::new(),
        Value::None => "none".to_owned(),
        Value::Parameter(name) => format!("${{{name}}}"),
        Value::Error => String::new(),
    }
}

fn piece(piece: &Piece) -> String {
    match piece {
        Piece::Known(text) => text.to_string(),
        Piece::Parameter(name) => format!("${{{name}}}"),
    }
}
