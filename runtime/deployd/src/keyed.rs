//! Commands that are done in this process, under the key that a client chose: what is noted of them.

use machine::ports::store::Answered;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use server::Failure;

use crate::commands::fresh_key;
use crate::follow::now_ms;

/// A request of which nothing is done yet; `of` is all that makes it another one.
pub(crate) fn asked(key: Option<String>, what: &str, of: Value) -> Answered {
    Answered {
        key: key.unwrap_or_else(fresh_key),
        request: json!({ "what": what, "of": of, "uid": rustix::process::geteuid().as_raw() }),
        answer: Value::Null,
        done: false,
        run: None,
        at_ms: now_ms(),
    }
}

/// What was noted, as the command knows it.
pub(crate) fn read<T: DeserializeOwned>(answer: Value) -> Result<T, Failure> {
    let another = |error| Failure::internal(format!("what was noted of this request is of another version: {error}"));
    serde_json::from_value(answer).map_err(another)
}

/// As it is noted.
pub(crate) fn written<T: Serialize>(answer: &T) -> Result<Value, Failure> {
    serde_json::to_value(answer).map_err(|error| Failure::internal(format!("cannot write JSON: {error}")))
}
