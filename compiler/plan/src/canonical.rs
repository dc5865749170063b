//! One byte sequence per value: RFC 8785 (JSON Canonicalization Scheme), over which digests are taken.

use serde::Serialize;

/// The canonical bytes of a value. Plans hold integers below 2^53, strings, lists and maps only, on which the
/// scheme is total; a value outside it has no canonical form and is written as `null`, which no digest matches.
pub fn to_bytes<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_else(|_| b"null".to_vec())
}

#[cfg(test)]
mod tests {
    #[test]
    fn keys_are_sorted_and_space_is_gone() {
        let value = serde_json::json!({ "b": [1, 2], "a": { "é": "\u{7}\n", "e": true } });
        assert_eq!(String::from_utf8(super::to_bytes(&value)).unwrap(), r#"{"a":{"e":true,"é":"\u0007\n"},"b":[1,2]}"#);
    }
}
