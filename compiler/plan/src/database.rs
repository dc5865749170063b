//! Databases, and where each environment reaches them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::release::Digest;

/// A database as it is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The kind of database: `postgres`, `sqlite`, `mysql` or one of a provider's own.
    pub provider: String,
    /// The record it is given.
    pub config: Value,
    /// SHA-256 of the schema file that the sources were checked against; absent where the project has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Digest>,
}

/// Where databases are reached, each a secret by reference, by the database's name.
pub type Urls = BTreeMap<String, Value>;

/// How a value mentions the url of a database, which each environment knows for itself: `database:NAME.url`.
const MENTION: &str = "database:";

/// The databases whose urls a value mentions.
pub fn mentioned(value: &Value) -> Vec<&str> {
    match value {
        Value::Object(fields) => match of_mention(value) {
            Some(name) => vec![name],
            None => fields.values().flat_map(mentioned).collect(),
        },
        Value::Array(items) => items.iter().flat_map(mentioned).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// The value with the url of a database, wherever it is mentioned, as `urls` has it.
#[must_use]
pub fn reached(value: &Value, urls: &Urls) -> Value {
    match value {
        Value::Object(fields) => match of_mention(value) {
            Some(name) => urls.get(name).unwrap_or(value).clone(),
            None => fields.iter().map(|(key, inner)| (key.clone(), reached(inner, urls))).collect(),
        },
        Value::Array(items) => items.iter().map(|inner| reached(inner, urls)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// The secret by which an environment that says nothing else reaches the database of that name.
#[must_use]
pub fn unbound(name: &str) -> Value {
    json!({ "$secret": format!("{name}.url") })
}

fn of_mention(value: &Value) -> Option<&str> {
    let secret = value.get("$secret").and_then(Value::as_str)?;
    secret.strip_prefix(MENTION)?.strip_suffix(".url")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_environment_has_its_own_url() {
        let runs = json!({ "secrets": { "A": { "$secret": "database:ledger.url" }, "B": { "$secret": "file:b" } },
            "more": [{ "$secret": "database:audit.url" }] });
        assert_eq!(mentioned(&runs), ["audit", "ledger"]);
        let urls =
            Urls::from([("ledger".to_owned(), json!({ "$secret": "file:l" })), ("audit".to_owned(), unbound("audit"))]);
        let expected = json!({ "secrets": { "A": { "$secret": "file:l" }, "B": { "$secret": "file:b" } },
            "more": [{ "$secret": "audit.url" }] });
        assert_eq!(reached(&runs, &urls), expected);
        assert_eq!(mentioned(&expected), Vec::<&str>::new());
    }
}
