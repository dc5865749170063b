//! Conditions that a run decides: data, and what it comes to for given values.

use std::cmp::Ordering;
use std::str::FromStr;

use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A condition on what a run is started with, or on what its actions bring out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Decision {
    /// A value that is `true` or `false`.
    Is(Value),
    /// A comparison of two values of one type.
    Compare {
        /// The left side.
        left: Value,
        /// How.
        by: Comparison,
        /// The right side.
        right: Value,
    },
    /// The opposite.
    Not(Box<Decision>),
    /// All of them.
    All(Vec<Decision>),
    /// One of them at least.
    Any(Vec<Decision>),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Equal.
    Equal,
    /// Not equal.
    NotEqual,
    /// Less.
    Less,
    /// Less or equal.
    AtMost,
    /// Greater.
    Greater,
    /// Greater or equal.
    AtLeast,
}

impl Decision {
    /// Whether it holds, with every open value replaced by what `bind` makes of it. None where the values do not fit:
    /// a missing one, or two that have no order.
    pub fn holds(&self, bind: &dyn Fn(&Value) -> Value) -> Option<bool> {
        match self {
            Self::Is(value) => bind(value).as_bool(),
            Self::Compare { left, by, right } => by.holds(&bind(left), &bind(right)),
            Self::Not(of) => of.holds(bind).map(|holds| !holds),
            Self::All(of) => decided(of, bind, false),
            Self::Any(of) => decided(of, bind, true),
        }
    }

    /// Every value in it, open ones included.
    pub fn values(&self) -> Vec<&Value> {
        match self {
            Self::Is(value) => vec![value],
            Self::Compare { left, right, .. } => vec![left, right],
            Self::Not(of) => of.values(),
            Self::All(of) | Self::Any(of) => of.iter().flat_map(Self::values).collect(),
        }
    }
}

/// `decisive` where one of them is; the opposite where none is and all are known.
fn decided(of: &[Decision], bind: &dyn Fn(&Value) -> Value, decisive: bool) -> Option<bool> {
    let mut all = Some(!decisive);
    for one in of {
        match one.holds(bind) {
            Some(holds) if holds == decisive => return Some(decisive),
            Some(_) => {}
            None => all = None,
        }
    }
    all
}

impl Comparison {
    fn holds(self, left: &Value, right: &Value) -> Option<bool> {
        if left.is_null() || right.is_null() {
            return None;
        }
        match self {
            Self::Equal => Some(same(left, right)),
            Self::NotEqual => Some(!same(left, right)),
            Self::Less => order(left, right).map(Ordering::is_lt),
            Self::AtMost => order(left, right).map(Ordering::is_le),
            Self::Greater => order(left, right).map(Ordering::is_gt),
            Self::AtLeast => order(left, right).map(Ordering::is_ge),
        }
    }
}

fn same(left: &Value, right: &Value) -> bool {
    left == right || order(left, right) == Some(Ordering::Equal)
}

/// Whole numbers by size, and decimals, which stand as text, by theirs.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(l), Value::Number(r)) => Some(l.as_i64()?.cmp(&r.as_i64()?)),
        (Value::String(l), Value::String(r)) => Some(Decimal::from_str(l).ok()?.cmp(&Decimal::from_str(r).ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn bind(value: &Value) -> Value {
        match value.get("$parameter").and_then(Value::as_str) {
            Some("fast") => json!(true),
            Some("count") => json!(3),
            Some(_) => Value::Null,
            None => value.clone(),
        }
    }

    fn compare(left: Value, by: Comparison, right: Value) -> Decision {
        Decision::Compare { left, by, right }
    }

    #[test]
    fn conditions_are_decided_as_far_as_values_are_known() {
        let fast = || Decision::Is(json!({ "$parameter": "fast" }));
        let count = || json!({ "$parameter": "count" });
        let lost = || Decision::Is(json!({ "$parameter": "lost" }));
        let table = [
            (fast(), Some(true)),
            (Decision::Not(Box::new(fast())), Some(false)),
            (compare(count(), Comparison::Less, json!(3)), Some(false)),
            (compare(count(), Comparison::AtMost, json!(3)), Some(true)),
            (compare(count(), Comparison::Greater, json!(2)), Some(true)),
            (compare(count(), Comparison::AtLeast, json!(4)), Some(false)),
            (compare(json!("eu"), Comparison::Equal, json!("eu")), Some(true)),
            (compare(json!("0.5"), Comparison::Equal, json!("0.50")), Some(true)),
            (compare(json!("eu"), Comparison::NotEqual, json!("us")), Some(true)),
            (compare(json!("eu"), Comparison::Less, json!("us")), None),
            (Decision::All(vec![fast(), lost()]), None),
            (Decision::Any(vec![lost(), fast()]), Some(true)),
            (Decision::All(vec![lost(), Decision::Not(Box::new(fast()))]), Some(false)),
            (Decision::All(vec![]), Some(true)),
            (Decision::Any(vec![]), Some(false)),
        ];
        for (decision, expected) in table {
            assert_eq!(decision.holds(&bind), expected, "{decision:?}");
        }
    }
}
