//! Methods of maps, text, optional values and ranges; those of lists are in a file of their own.

use std::cmp::Ordering;

use diagnostics::Span;
use smol_str::SmolStr;

use super::Evaluator;
use super::arithmetic::order;
use crate::core::Core;
use crate::methods::Method;
use crate::value::{Piece, Value};

impl Evaluator<'_> {
    pub(super) fn method(&mut self, at: Span, method: Method, of: &Core, args: &[Core]) -> Value {
        match self.value(of) {
            Value::List(elements) => self.of_list(at, method, elements, args),
            Value::Map(entries) => {
                let key = args.first().map(|arg| (arg.span, self.value(arg)));
                match method {
                    Method::Keys => Value::List(entries.into_keys().map(known_text).collect()),
                    Method::Values => Value::List(entries.into_values().collect()),
                    Method::Length => length(entries.len()),
                    Method::Get => match self.argument(key) {
                        Some(key) => entries.get(key.as_str()).cloned().unwrap_or(Value::None),
                        None => Value::Error,
                    },
                    _ => self.argument(key).map_or(Value::Error, |key| Value::Bool(entries.contains_key(key.as_str()))),
                }
            }
            Value::Range(low, high) => self.in_range(&low, &high, args),
            Value::Error => Value::Error,
            text @ Value::Text(_) if method != Method::Map && method != Method::Filter => {
                self.of_text(at, method, of.span, &text, args)
            }
            value => self.of_optional(at, method, value, args),
        }
    }

    /// The text of an argument, if it is known.
    fn argument(&mut self, given: Option<(Span, Value)>) -> Option<String> {
        let (at, value) = given?;
        self.known_string(at, &value)
    }

    fn known_string(&mut self, at: Span, value: &Value) -> Option<String> {
        match value {
            Value::Text(pieces) if self.known(at, value) => Some(pieces.iter().map(known).collect()),
            Value::Text(_) => None,
            other => {
                self.known(at, other);
                None
            }
        }
    }

    fn in_range(&mut self, low: &Value, high: &Value, args: &[Core]) -> Value {
        let Some(arg) = args.first() else { return Value::Error };
        let value = self.value(arg);
        if !self.known(arg.span, &value) {
            return Value::Error;
        }
        let inside = order(low, &value) != Some(Ordering::Greater) && order(&value, high) != Some(Ordering::Greater);
        Value::Bool(inside)
    }

    fn of_text(&mut self, at: Span, method: Method, of: Span, value: &Value, args: &[Core]) -> Value {
        let Some(text) = self.known_string(of, value) else { return Value::Error };
        let given = args.first().map(|arg| (arg.span, self.value(arg)));
        let result = match method {
            Method::Length => return length(text.chars().count()),
            Method::Trim => known_text(text.trim().into()),
            Method::Lower => known_text(text.to_lowercase().into()),
            Method::Upper => known_text(text.to_uppercase().into()),
            _ => {
                let Some(part) = self.argument(given) else { return Value::Error };
                match method {
                    Method::StartsWith => Value::Bool(text.starts_with(&part)),
                    Method::EndsWith => Value::Bool(text.ends_with(&part)),
                    Method::Split if part.is_empty() => Value::List(vec![known_text(text.into())]),
                    Method::Split => Value::List(text.split(&part).map(|piece| known_text(piece.into())).collect()),
                    _ => Value::Bool(text.contains(&part)),
                }
            }
        };
        if self.spend(at, super::fuel::size(&result)) { result } else { Value::Error }
    }

    /// What is absent stays absent.
    fn of_optional(&mut self, at: Span, method: Method, value: Value, args: &[Core]) -> Value {
        let (Some(function), false) = (args.first(), value == Value::None) else { return Value::None };
        let Some(entered) = self.entered(at, function) else { return Value::Error };
        let kept = (method == Method::Filter).then(|| value.clone());
        let result = self.once(&entered, [value]);
        self.left(entered);
        match (kept, result) {
            (None, result) => result,
            (Some(value), Value::Bool(true)) => value,
            (Some(_), Value::Bool(false)) => Value::None,
            (Some(_), other) => self.unknown_yet(function.span, &other),
        }
    }
}

/// Text without open pieces.
pub(super) fn known_text(text: SmolStr) -> Value {
    Value::Text(if text.is_empty() { Vec::new() } else { vec![Piece::Known(text)] })
}

pub(super) fn length(number: usize) -> Value {
    i64::try_from(number).map_or(Value::Error, Value::Int)
}

fn known(piece: &Piece) -> &str {
    match piece {
        Piece::Known(text) => text,
        Piece::Parameter(_) | Piece::Output(..) => "",
    }
}
