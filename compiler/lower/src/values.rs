//! Compile-time values as the plan writes them: JSON without floats, as `plan::Binding` documents it.

use plan::NodeId;
use rust_decimal::Decimal;
use semantics::units::time_text;
use semantics::value::{Fields, Piece, Value};
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

/// The actions whose outputs have a name, by that name.
pub(crate) type Outputs = BTreeMap<SmolStr, NodeId>;

/// A value that is known now, as plans write it; nothing for one that no plan holds.
#[must_use]
pub fn constant(value: &Value) -> Option<Json> {
    json(value, &Outputs::new()).ok()
}

/// The value as JSON.
pub(crate) fn json(value: &Value, outputs: &Outputs) -> Result<Json, Unfit> {
    Ok(match value {
        Value::Text(pieces) => text(pieces, outputs)?,
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
        Value::List(items) => Json::Array(items.iter().map(|item| json(item, outputs)).collect::<Result<_, _>>()?),
        Value::Map(entries) => object(Map::new(), entries, "a key", outputs)?,
        Value::Range(from, to) => json!({ "from": json(from, outputs)?, "to": json(to, outputs)? }),
        Value::Record(name, fields) => tagged("type", name, fields, outputs)?,
        Value::Case(_, case, payload) => tagged("case", case, payload, outputs)?,
        Value::None => Json::Null,
        Value::Entity(full) => {
            let name = full.rsplit('.').next().unwrap_or(full);
            return Err(Unfit::Because(format!("`{name}` is only a name here; hand on `{name}.name`")));
        }
        Value::Parameter(name) => parameter(name),
        Value::Output(name, path) => output(name, path, outputs)?,
        Value::Error => return Err(Unfit::ReportedBefore),
    })
}

fn parameter(name: &SmolStr) -> Json {
    json!({ "$parameter": name.as_str() })
}

fn output(name: &SmolStr, path: &[SmolStr], outputs: &Outputs) -> Result<Json, Unfit> {
    // A step that was reported has no node.
    let node = outputs.get(name).ok_or(Unfit::ReportedBefore)?;
    let path: Vec<&str> = path.iter().map(SmolStr::as_str).collect();
    Ok(json!({ "$output": { "node": node.0.as_str(), "path": path } }))
}

fn text(pieces: &[Piece], outputs: &Outputs) -> Result<Json, Unfit> {
    let known = |piece: &Piece| match piece {
        Piece::Known(text) => Some(text.to_string()),
        Piece::Parameter(_) | Piece::Output(..) => None,
    };
    if let Some(whole) = pieces.iter().map(known).collect::<Option<String>>() {
        return Ok(Json::String(whole));
    }
    let pieces = pieces.iter().map(|piece| match piece {
        Piece::Known(text) => Ok(Json::String(text.to_string())),
        Piece::Parameter(name) => Ok(parameter(name)),
        Piece::Output(name, path) => output(name, path, outputs),
    });
    Ok(json!({ "$concat": pieces.collect::<Result<Vec<_>, _>>()? }))
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

fn tagged(tag: &str, name: &SmolStr, fields: &Fields, outputs: &Outputs) -> Result<Json, Unfit> {
    if fields.contains_key(tag) {
        return Err(Unfit::Because(format!("a field named `{tag}` would hide the name `{name}`; name it otherwise")));
    }
    object(Map::from_iter([(tag.to_owned(), Json::String(name.to_string()))]), fields, "a field", outputs)
}

/// Keys that begin with `$` are the plan's own, so that text can never pass for a secret or a parameter.
fn object(mut into: Map<String, Json>, fields: &Fields, what: &str, outputs: &Outputs) -> Result<Json, Unfit> {
    for (key, value) in fields {
        if key.starts_with('$') {
            return Err(Unfit::Because(format!("{what} may not begin with `$`, as `{key}` does")));
        }
        into.insert(key.to_string(), json(value, outputs)?);
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

    fn outputs() -> Outputs {
        Outputs::from([("built".into(), NodeId("release/run-build".to_owned()))])
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
            (
                Value::Output("built".into(), vec!["image".into()]),
                json!({ "$output": { "node": "release/run-build", "path": ["image"] } }),
            ),
            (Value::Secret("file:key".into()), json!({ "$secret": "file:key" })),
            (Value::Duration(2000), json!(2000)),
            (ratio("0.0500"), json!("0.05")),
            (Value::Money(Decimal::new(2, 2), "EUR".into()), json!("0.02 EUR")),
            (Value::Range(Box::new(Value::Int(1)), Box::new(Value::Int(3))), json!({ "from": 1, "to": 3 })),
            (
                Value::Case("std.process.Probe".into(), "http".into(), Fields::from([("path".into(), shop.clone())])),
                json!({ "case": "http", "path": "shop" }),
            ),
            (
                Value::Record("std.exec.Exec".into(), Fields::from([("probe".into(), Value::None)])),
                json!({ "type": "std.exec.Exec", "probe": null }),
            ),
            (Value::List(vec![Value::Bool(true), shop]), json!([true, "shop"])),
        ];
        for (value, expected) in table {
            assert_eq!(json(&value, &outputs()), Ok(expected), "{value:?}");
        }
    }

    #[test]
    fn what_a_plan_cannot_hold_is_refused() {
        assert_eq!(json(&Value::Error, &outputs()), Err(Unfit::ReportedBefore));
        let forged = Value::Map(Fields::from([("$secret".into(), Value::Bool(true))]));
        let name = Value::Entity("main.production".into());
        for value in [Value::Int(i64::MIN), Value::Bytes(WHOLE_MAX + 1), forged, name] {
            assert!(matches!(json(&value, &outputs()), Err(Unfit::Because(_))), "{value:?}");
        }
    }
}
