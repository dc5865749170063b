//! Compile-time values as the plan writes them: JSON without floats, as `plan::Binding` documents it.

use rust_decimal::Decimal;
use semantics::units::time_text;
use semantics::value::{Piece, Value};
use serde_json::{Map, Value as Json, json};
use smol_str::SmolStr;

use std::collections::BTreeMap;

/// The largest whole number that canonical JSON holds exactly: 2^53 − 1.
pub(crate) const WHOLE_MAX: i64 = (1 << 53) - 1;

/// Why a value has no place in a plan.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Unfit {
    /// An earlier phase has reported it.
    ReportedBefore,
    /// For this reason.
    Because(String),
}

/// The value as JSON.
pub(crate) fn json(value: &Value) -> Result<Json, Unfit> {
    Ok(match value {
        Value::Text(pieces) => text(pieces),
        Value::Bool(flag) => Json::Bool(*flag),
        Value::Int(number) | Value::Duration(number) | Value::Bytes(number) => whole(*number)?,
        Value::Ratio(number) | Value::Points(number) | Value::Factor(number) | Value::Rate(number) => {
            Json::String(decimal(*number))
        }
        Value::Money(amount, currency) => Json::String(format!("{} {currency}", decimal(*amount))),
        Value::Date(date) => Json::String(date.to_string()),
        Value::Time(minutes) => Json::String(time_text(*minutes)),
        Value::Window(_) | Value::Freeze(_) => {
            return Err(Unfit::Because("a calendar belongs to an environment: `window = …`, `freeze = …`".to_owned()));
        }
        Value::Digest(digest) => Json::String(digest.to_string()),
        Value::PromQl(query) => json!({ "promql": query.as_str() }),
        Value::Sql(text) => json!({ "sql": text.as_str() }),
        Value::Secret(reference) => json!({ "$secret": reference.as_str() }),
        Value::List(items) => Json::Array(items.iter().map(json).collect::<Result<_, _>>()?),
        Value::Map(entries) => object(Map::new(), entries, "a key")?,
        Value::Range(from, to) => json!({ "from": json(from)?, "to": json(to)? }),
        Value::Record(name, fields) => tagged("type", name, fields)?,
        Value::Case(_, case, payload) => tagged("case", case, payload)?,
        Value::None => Json::Null,
        Value::Parameter(name) => parameter(name),
        Value::Error => return Err(Unfit::ReportedBefore),
    })
}

fn parameter(name: &SmolStr) -> Json {
    json!({ "$parameter": name.as_str() })
}

fn text(pieces: &[Piece]) -> Json {
    let known = |piece: &Piece| match piece {
        Piece::Known(text) => Some(text.to_string()),
        Piece::Parameter(_) => None,
    };
    if let Some(whole) = pieces.iter().map(known).collect::<Option<String>>() {
        return Json::String(whole);
    }
    let pieces = pieces.iter().map(|piece| match piece {
        Piece::Known(text) => Json::String(text.to_string()),
        Piece::Parameter(name) => parameter(name),
    });
    json!({ "$concat": pieces.collect::<Vec<_>>() })
}

fn whole(number: i64) -> Result<Json, Unfit> {
    if number.unsigned_abs() > WHOLE_MAX.unsigned_abs() {
        return Err(Unfit::Because(format!("{number} is beyond the largest whole number, {WHOLE_MAX}")));
    }
    Ok(Json::from(number))
}

fn decimal(number: Decimal) -> String {
    number.normalize().to_string()
}

fn tagged(tag: &str, name: &SmolStr, fields: &BTreeMap<SmolStr, Value>) -> Result<Json, Unfit> {
    if fields.contains_key(tag) {
        return Err(Unfit::Because(format!("a field named `{tag}` would hide the name `{name}`; name it otherwise")));
    }
    object(Map::from_iter([(tag.to_owned(), Json::String(name.to_string()))]), fields, "a field")
}

/// Keys that begin with `$` are the plan's own, so that text can never pass for a secret or a parameter.
fn object(mut into: Map<String, Json>, fields: &BTreeMap<SmolStr, Value>, what: &str) -> Result<Json, Unfit> {
    for (key, value) in fields {
        if key.starts_with('$') {
            return Err(Unfit::Because(format!("{what} may not begin with `$`, as `{key}` does")));
        }
        into.insert(key.to_string(), json(value)?);
    }
    Ok(Json::Object(into))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr;

    fn ratio(text: &str) -> Value {
        Value::Ratio(Decimal::from_str(text).unwrap())
    }

    #[test]
    fn values_are_written_as_documented() {
        let shop = Value::Text(vec![Piece::Known("sh".into()), Piece::Known("op".into())]);
        let image = Value::Text(vec![Piece::Known("v".into()), Piece::Parameter("image".into())]);
        let table = [
            (shop.clone(), json!("shop")),
            (Value::Text(Vec::new()), json!("")),
            (image, json!({ "$concat": ["v", { "$parameter": "image" }] })),
            (Value::Parameter("n".into()), json!({ "$parameter": "n" })),
            (Value::Secret("file:key".into()), json!({ "$secret": "file:key" })),
            (Value::Duration(2000), json!(2000)),
            (ratio("0.0500"), json!("0.05")),
            (Value::Money(Decimal::new(2, 2), "EUR".into()), json!("0.02 EUR")),
            (Value::Range(Box::new(Value::Int(1)), Box::new(Value::Int(3))), json!({ "from": 1, "to": 3 })),
            (
                Value::Case("std.process.Probe".into(), "http".into(), BTreeMap::from([("path".into(), shop.clone())])),
                json!({ "case": "http", "path": "shop" }),
            ),
            (
                Value::Record("std.exec.Exec".into(), BTreeMap::from([("probe".into(), Value::None)])),
                json!({ "type": "std.exec.Exec", "probe": null }),
            ),
            (Value::List(vec![Value::Bool(true), shop]), json!([true, "shop"])),
        ];
        for (value, expected) in table {
            assert_eq!(json(&value), Ok(expected), "{value:?}");
        }
    }

    #[test]
    fn what_a_plan_cannot_hold_is_refused() {
        assert_eq!(json(&Value::Error), Err(Unfit::ReportedBefore));
        let forged = Value::Map(BTreeMap::from([("$secret".into(), Value::Bool(true))]));
        for value in [Value::Int(i64::MIN), Value::Bytes(WHOLE_MAX + 1), forged] {
            assert!(matches!(json(&value), Err(Unfit::Because(_))), "{value:?}");
        }
    }
}
