//! Exact arithmetic on values: checked, never rounded.

use std::cmp::Ordering;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use syntax::ast::BinaryOp;

use crate::exact;
use crate::value::Value;

/// Why an operation has no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The types were reported before.
    Silent,
    Overflow,
    /// More digits than are kept.
    Digits,
    ByZero,
    Inexact,
    Currencies,
    /// Less than nothing of what is counted from nothing on; with an article.
    Negative(&'static str),
}

/// `-value`
pub(super) fn negate(value: &Value) -> Result<Value, Fault> {
    match value {
        Value::Int(it) => it.checked_neg().map(Value::Int).ok_or(Fault::Overflow),
        Value::Points(it) => Ok(Value::Points(-*it)),
        Value::Factor(it) => Ok(Value::Factor(-*it)),
        Value::Money(it, currency) => Ok(Value::Money(-*it, currency.clone())),
        _ => Err(Fault::Silent),
    }
}

/// The order of two values of one type, where it has one.
pub(crate) fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Int(l), Value::Int(r)) | (Value::Duration(l), Value::Duration(r)) => Some(l.cmp(r)),
        (Value::Bytes(l), Value::Bytes(r)) => Some(l.cmp(r)),
        (Value::Date(l), Value::Date(r)) => Some(l.cmp(r)),
        (Value::Time(l), Value::Time(r)) => Some(l.cmp(r)),
        (Value::Ratio(l), Value::Ratio(r)) | (Value::Points(l), Value::Points(r)) => Some(l.cmp(r)),
        (Value::Factor(l), Value::Factor(r)) | (Value::Rate(l), Value::Rate(r)) => Some(l.cmp(r)),
        (Value::Money(l, a), Value::Money(r, b)) if a == b => Some(l.cmp(r)),
        (l, r) => Some(number(l)?.cmp(&number(r)?)),
    }
}

/// `left op right` of values that are known.
pub(super) fn binary(op: BinaryOp, left: &Value, right: &Value) -> Result<Value, Fault> {
    match op {
        BinaryOp::And | BinaryOp::Or | BinaryOp::Default => match right {
            Value::Bool(it) => Ok(Value::Bool(*it)),
            _ => Err(Fault::Silent),
        },
        BinaryOp::Equal => Ok(Value::Bool(left == right)),
        BinaryOp::NotEqual => Ok(Value::Bool(left != right)),
        BinaryOp::Less => compare(left, right, |order| order == Ordering::Less),
        BinaryOp::AtMost => compare(left, right, |order| order != Ordering::Greater),
        BinaryOp::Greater => compare(left, right, |order| order == Ordering::Greater),
        BinaryOp::AtLeast => compare(left, right, |order| order != Ordering::Less),
        BinaryOp::Add => match moved(left, right, 1) {
            Some(date) => date,
            None => sum(left, right, i64::checked_add, exact::sum),
        },
        BinaryOp::Subtract => match moved(left, right, -1).or_else(|| between(left, right)) {
            Some(result) => result,
            None => sum(left, right, i64::checked_sub, exact::difference),
        }
        .and_then(possible),
        BinaryOp::Multiply => product(left, right).and_then(possible),
        BinaryOp::Divide => quotient(left, right).and_then(possible),
    }
}

/// Amounts that are never negative: a provider is not asked what it would make of them.
fn possible(value: Value) -> Result<Value, Fault> {
    match value {
        Value::Duration(it) if it < 0 => Err(Fault::Negative("a Duration")),
        Value::Bytes(it) if it < 0 => Err(Fault::Negative("Bytes")),
        Value::Rate(it) if it < Decimal::ZERO => Err(Fault::Negative("a Rate")),
        other => Ok(other),
    }
}

fn compare(left: &Value, right: &Value, holds: impl Fn(Ordering) -> bool) -> Result<Value, Fault> {
    match order(left, right) {
        Some(order) => Ok(Value::Bool(holds(order))),
        None if matches!((left, right), (Value::Money(..), Value::Money(..))) => Err(Fault::Currencies),
        None => Err(Fault::Silent),
    }
}

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// A day so many days later or earlier; a part of a day leads to no day.
fn moved(left: &Value, right: &Value, sign: i64) -> Option<Result<Value, Fault>> {
    let (Value::Date(date), Value::Duration(ms)) = (left, right) else { return None };
    if ms % DAY_MS != 0 {
        return Some(Err(Fault::Inexact));
    }
    let days = jiff::Span::new().try_days(sign * (ms / DAY_MS));
    let date = days.and_then(|days| date.checked_add(days));
    Some(date.map(Value::Date).map_err(|_| Fault::Overflow))
}

/// How long it is from one day, or time of a day, to another; every day has 24 hours.
fn between(left: &Value, right: &Value) -> Option<Result<Value, Fault>> {
    let ms = match (left, right) {
        (Value::Date(to), Value::Date(from)) => i64::from((*to - *from).get_days()) * DAY_MS,
        (Value::Time(to), Value::Time(from)) => (i64::from(*to) - i64::from(*from)) * MINUTE_MS,
        _ => return None,
    };
    Some(Ok(Value::Duration(ms)))
}

type Whole = fn(i64, i64) -> Option<i64>;
type Exact = fn(Decimal, Decimal) -> Option<Decimal>;

fn sum(left: &Value, right: &Value, whole: Whole, exact: Exact) -> Result<Value, Fault> {
    let counted = |l: &i64, r: &i64| whole(*l, *r).ok_or(Fault::Overflow);
    let measured = |l: &Decimal, r: &Decimal| exact(*l, *r).ok_or(Fault::Digits);
    match (left, right) {
        (Value::Int(l), Value::Int(r)) => counted(l, r).map(Value::Int),
        (Value::Duration(l), Value::Duration(r)) => counted(l, r).map(Value::Duration),
        (Value::Bytes(l), Value::Bytes(r)) => counted(l, r).map(Value::Bytes),
        (Value::Ratio(l), Value::Points(r)) => measured(l, r).map(Value::Ratio),
        (Value::Ratio(l), Value::Ratio(r)) | (Value::Points(l), Value::Points(r)) => measured(l, r).map(Value::Points),
        (Value::Rate(l), Value::Rate(r)) => measured(l, r).map(Value::Rate),
        (Value::Money(l, a), Value::Money(r, b)) if a == b => Ok(Value::Money(measured(l, r)?, a.clone())),
        (Value::Money(..), Value::Money(..)) => Err(Fault::Currencies),
        (l, r) => match (number(l), number(r)) {
            (Some(l), Some(r)) => measured(&l, &r).map(Value::Factor),
            _ => Err(Fault::Silent),
        },
    }
}

fn product(left: &Value, right: &Value) -> Result<Value, Fault> {
    match (left, right) {
        (Value::Int(l), Value::Int(r)) => l.checked_mul(*r).map(Value::Int).ok_or(Fault::Overflow),
        (Value::Rate(rate), Value::Duration(ms)) | (Value::Duration(ms), Value::Rate(rate)) => {
            let events = exact::product(*rate, Decimal::from(*ms)).ok_or(Fault::Digits)?;
            whole(exact::product(events, Decimal::new(1, 3)).ok_or(Fault::Digits)?).map(Value::Int)
        }
        (l, r) => match (scale(l), scale(r)) {
            // The amount keeps its unit, whichever side it stands on.
            (_, Some(by)) if !is_number(l) => scaled(l, by),
            (Some(by), _) => scaled(r, by),
            _ => Err(Fault::Silent),
        },
    }
}

fn is_number(value: &Value) -> bool {
    number(value).is_some()
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(it) => Some(Decimal::from(*it)),
        Value::Factor(it) => Some(*it),
        _ => None,
    }
}

/// What an amount can be multiplied by.
fn scale(value: &Value) -> Option<Decimal> {
    match value {
        Value::Ratio(it) => Some(*it),
        other => number(other),
    }
}

fn scaled(amount: &Value, by: Decimal) -> Result<Value, Fault> {
    let product = exact::product(plain(amount).ok_or(Fault::Silent)?, by).ok_or(Fault::Digits)?;
    requantified(amount, product)
}

/// Milliseconds and bytes are counted: less than one of them is no result.
fn whole(number: Decimal) -> Result<i64, Fault> {
    if !number.fract().is_zero() {
        return Err(Fault::Inexact);
    }
    number.to_i64().ok_or(Fault::Overflow)
}

fn quotient(left: &Value, right: &Value) -> Result<Value, Fault> {
    if let (Value::Int(l), Value::Int(r)) = (left, right) {
        if *r == 0 {
            return Err(Fault::ByZero);
        }
        let remainder = l.checked_rem(*r).ok_or(Fault::Overflow)?;
        return if remainder == 0 { Ok(Value::Int(l / r)) } else { Err(Fault::Inexact) };
    }
    let (l, r) = (plain(left).ok_or(Fault::Silent)?, plain(right).ok_or(Fault::Silent)?);
    let thousand = Decimal::from(1_000);
    match (left, right) {
        (Value::Money(_, a), Value::Money(_, b)) if a != b => Err(Fault::Currencies),
        // Events in so many milliseconds, and how many milliseconds so many events take.
        (Value::Int(_), Value::Duration(_)) => {
            exact_quotient(exact::product(l, thousand).ok_or(Fault::Digits)?, r).map(Value::Rate)
        }
        (Value::Int(_), Value::Rate(_)) => {
            let ms = exact_quotient(exact::product(l, thousand).ok_or(Fault::Digits)?, r)?;
            whole(ms).map(Value::Duration)
        }
        (left, right) if is_number(right) => requantified(left, exact_quotient(l, r)?),
        _ => exact_quotient(l, r).map(Value::Factor),
    }
}

/// The amount without its unit.
fn plain(value: &Value) -> Option<Decimal> {
    match value {
        Value::Duration(it) | Value::Bytes(it) => Some(Decimal::from(*it)),
        Value::Points(it) | Value::Rate(it) | Value::Money(it, _) => Some(*it),
        other => scale(other),
    }
}

fn requantified(like: &Value, number: Decimal) -> Result<Value, Fault> {
    match like {
        Value::Int(_) | Value::Factor(_) => Ok(Value::Factor(number)),
        Value::Duration(_) => whole(number).map(Value::Duration),
        Value::Bytes(_) => whole(number).map(Value::Bytes),
        Value::Ratio(_) => Ok(Value::Ratio(number)),
        Value::Points(_) => Ok(Value::Points(number)),
        Value::Rate(_) => Ok(Value::Rate(number)),
        Value::Money(_, currency) => Ok(Value::Money(number, currency.clone())),
        _ => Err(Fault::Silent),
    }
}

fn exact_quotient(left: Decimal, right: Decimal) -> Result<Decimal, Fault> {
    if right.is_zero() {
        return Err(Fault::ByZero);
    }
    exact::quotient(left, right).ok_or(Fault::Inexact)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decimal(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn exact_or_nothing() {
        let ratio = |text| Value::Ratio(decimal(text));
        let factor = |text| Value::Factor(decimal(text));
        let table = [
            (Value::Int(i64::MAX), BinaryOp::Add, Value::Int(1), Err(Fault::Overflow)),
            (Value::Int(7), BinaryOp::Divide, Value::Int(2), Err(Fault::Inexact)),
            (Value::Int(7), BinaryOp::Divide, Value::Int(0), Err(Fault::ByZero)),
            (Value::Int(i64::MIN), BinaryOp::Divide, Value::Int(-1), Err(Fault::Overflow)),
            (ratio("0.05"), BinaryOp::Add, Value::Points(decimal("0.002")), Ok(ratio("0.052"))),
            (ratio("0.05"), BinaryOp::Multiply, factor("1.1"), Ok(ratio("0.055"))),
            (factor("1.1"), BinaryOp::Multiply, ratio("0.05"), Ok(ratio("0.055"))),
            (Value::Duration(1000), BinaryOp::Divide, Value::Int(3), Err(Fault::Inexact)),
            (Value::Duration(9000), BinaryOp::Divide, Value::Duration(2000), Ok(factor("4.5"))),
            (ratio("0.5"), BinaryOp::Multiply, Value::Rate(decimal("800")), Ok(Value::Rate(decimal("400")))),
            (Value::Rate(decimal("800")), BinaryOp::Multiply, ratio("0.5"), Ok(Value::Rate(decimal("400")))),
            (ratio("0.5"), BinaryOp::Multiply, ratio("0.5"), Ok(ratio("0.25"))),
            (Value::Int(2), BinaryOp::Multiply, Value::Duration(500), Ok(Value::Duration(1000))),
        ];
        for (left, op, right, expected) in table {
            assert_eq!(binary(op, &left, &right), expected, "{left:?} {op:?} {right:?}");
        }
    }
}
