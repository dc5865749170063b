//! Literals with units as exact values.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use smol_str::SmolStr;
use syntax::ast::{Literal, Unit};

use crate::exact;
use crate::types::Type;
use crate::value::Value;

/// Why a literal has no value.
pub(crate) enum LiteralFault {
    /// It leaves the range that can be represented.
    TooLarge,
    /// It is finer than the unit that is counted: milliseconds or bytes.
    TooFine(&'static str),
}

/// The value and type of a literal.
pub(crate) fn value(literal: &Literal) -> Result<(Value, Type), LiteralFault> {
    match literal {
        Literal::Bool(it) => Ok((Value::Bool(*it), Type::Bool)),
        Literal::Int(it) => Ok((Value::Int(*it), Type::Int)),
        Literal::Decimal(it) => Ok((Value::Factor(it.normalize()), Type::Factor)),
        Literal::Date(date) => Ok((Value::Date(*date), Type::Date)),
        Literal::Time(minutes) => Ok((Value::Time(*minutes), Type::Time)),
        Literal::Quantity(number, unit) => quantity(*number, *unit),
    }
}

fn quantity(number: Decimal, unit: Unit) -> Result<(Value, Type), LiteralFault> {
    if let Some(ms) = unit.milliseconds() {
        return Ok((Value::Duration(whole(number, ms, "a millisecond")?), Type::Duration));
    }
    if let Some(bytes) = unit.bytes() {
        return Ok((Value::Bytes(whole(number, bytes, "a byte")?), Type::Bytes));
    }
    let hundredth = || hundredth(number).ok_or(LiteralFault::TooFine("28 digits"));
    match unit {
        Unit::Percent => Ok((Value::Ratio(hundredth()?), Type::Ratio)),
        Unit::Points => Ok((Value::Points(hundredth()?), Type::Points)),
        Unit::Factor => Ok((Value::Factor(number.normalize()), Type::Factor)),
        Unit::RequestsPerSecond => Ok((Value::Rate(number.normalize()), Type::Rate)),
        Unit::Money(code) => Ok((Value::Money(number.normalize(), currency(code)), Type::Money)),
        Unit::Milliseconds | Unit::Seconds | Unit::Minutes | Unit::Hours | Unit::Days => Err(LiteralFault::TooLarge),
        Unit::Bytes | Unit::Kibibytes | Unit::Mebibytes | Unit::Gibibytes => Err(LiteralFault::TooLarge),
        Unit::Kilobytes | Unit::Megabytes | Unit::Gigabytes => Err(LiteralFault::TooLarge),
    }
}

fn hundredth(number: Decimal) -> Option<Decimal> {
    exact::of_parts(number.mantissa(), number.scale() + 2)
}

fn whole(number: Decimal, unit: i64, finest: &'static str) -> Result<i64, LiteralFault> {
    let scaled = exact::product(number, Decimal::from(unit)).ok_or(LiteralFault::TooLarge)?;
    if !scaled.fract().is_zero() {
        return Err(LiteralFault::TooFine(finest));
    }
    scaled.to_i64().ok_or(LiteralFault::TooLarge)
}

fn currency(code: [u8; 3]) -> SmolStr {
    code.iter().map(|byte| char::from(*byte)).collect()
}

/// No amount of a type that adds up.
pub(crate) fn zero(ty: &Type) -> Option<Value> {
    match ty {
        Type::Int | Type::Count => Some(Value::Int(0)),
        Type::Factor => Some(Value::Factor(Decimal::ZERO)),
        Type::Duration => Some(Value::Duration(0)),
        Type::Bytes => Some(Value::Bytes(0)),
        Type::Rate => Some(Value::Rate(Decimal::ZERO)),
        Type::Points => Some(Value::Points(Decimal::ZERO)),
        _ => None,
    }
}

/// Whether a constant is of a plain type.
pub(crate) fn same_type(value: &Value, ty: &Type) -> bool {
    matches!(
        (value, ty),
        (Value::Int(_), Type::Int | Type::Count)
            | (Value::Duration(_), Type::Duration)
            | (Value::Ratio(_), Type::Ratio)
            | (Value::Points(_), Type::Points)
            | (Value::Factor(_), Type::Factor)
            | (Value::Rate(_), Type::Rate)
            | (Value::Bytes(_), Type::Bytes)
            | (Value::Date(_), Type::Date)
            | (Value::Time(_), Type::Time)
    )
}

/// A duration as the shortest exact literal: `90s`, `2m`, `1d`.
pub fn duration_text(ms: i64) -> String {
    let units = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s")];
    let exact = units.iter().find(|(size, _)| ms != 0 && ms % size == 0);
    match exact {
        Some((size, suffix)) => format!("{}{suffix}", ms / size),
        None if ms == 0 => "0s".to_owned(),
        None => format!("{ms}ms"),
    }
}

/// A time of the day, `09:00`, from minutes since midnight.
pub fn time_text(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// A share of one as a percentage: `0.05` is `5%`.
pub fn percent_text(share: Decimal) -> String {
    match share.checked_mul(Decimal::ONE_HUNDRED) {
        Some(percent) => format!("{}%", percent.normalize()),
        None => share.to_string(),
    }
}
