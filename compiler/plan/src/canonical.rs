//! One byte sequence per value: RFC 8785 (JSON Canonicalization Scheme), over which digests are taken.

use serde::Serialize;
use serde_json::Value;

/// Integers up to here are written alike by every implementation: 2^53.
const EXACT: u64 = 1 << 53;

/// The canonical bytes of a value. Plans hold integers below 2^53, strings, lists and maps only, on which the
/// scheme is total; a value outside it has no canonical form and is written as `null`, which no digest matches.
pub fn to_bytes<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_value(value).map_or_else(|_| b"null".to_vec(), |value| of(&value))
}

/// The same for a value that is JSON already.
pub fn of(value: &Value) -> Vec<u8> {
    let plain = is_plain(value);
    let written = if plain { serde_json::to_vec(value).ok() } else { serde_json_canonicalizer::to_vec(value).ok() };
    written.unwrap_or_else(|| b"null".to_vec())
}

/// The canonical bytes of a list, from those of its items.
pub fn list(items: &[Vec<u8>]) -> Vec<u8> {
    [b"[".as_slice(), &items.join(&b','), b"]"].concat()
}

/// Whether compact JSON with sorted keys is the canonical form already: the scheme differs from it only in how it
/// writes fractions and large numbers, and in the order of keys beyond ASCII. Almost every record is plain, and the
/// general way takes many times as long.
fn is_plain(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.as_i64().is_some_and(|n| n.unsigned_abs() < EXACT),
        Value::Array(items) => items.iter().all(is_plain),
        Value::Object(fields) => fields.iter().all(|(key, value)| key.is_ascii() && is_plain(value)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::{is_plain, list, to_bytes};

    #[test]
    fn keys_are_sorted_and_space_is_gone() {
        let value = json!({ "b": [1, 2], "a": { "é": "\u{7}\n", "e": true } });
        assert_eq!(String::from_utf8(to_bytes(&value)).unwrap(), r#"{"a":{"e":true,"é":"\u0007\n"},"b":[1,2]}"#);
    }

    #[test]
    fn what_is_written_differently_elsewhere_takes_the_general_way() {
        for odd in [json!(0.1), json!(1e30), json!(u64::MAX), json!(1_u64 << 53), json!({ "\u{10000}": 1 })] {
            assert!(!is_plain(&odd), "{odd}");
        }
        assert_eq!(to_bytes(&json!([1e-7, 1e21])), b"[1e-7,1e+21]");
    }

    fn value() -> impl Strategy<Value = Value> {
        let text = || prop_oneof![any::<String>(), "[ -~]{0,8}"];
        let number = prop_oneof![any::<i64>(), -9..9i64, Just(1 << 53), Just((1 << 53) - 1)];
        let leaf = prop_oneof![
            Just(json!(null)),
            any::<bool>().prop_map(Value::from),
            text().prop_map(Value::from),
            number.prop_map(Value::from),
            (-1e9..1e9).prop_map(|n: f64| json!(n))
        ];
        leaf.prop_recursive(3, 24, 4, move |inner| {
            let fields = prop::collection::vec((text(), inner.clone()), 0..4);
            let object = fields.prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>()));
            prop_oneof![prop::collection::vec(inner, 0..4).prop_map(Value::from), object]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn both_ways_write_the_same(value in value()) {
            let general = serde_json_canonicalizer::to_vec(&value).unwrap_or_else(|_| b"null".to_vec());
            prop_assert_eq!(&to_bytes(&value), &general);
            prop_assert_eq!(list(&[general.clone(), general]), to_bytes(&json!([value, value])));
        }
    }
}
