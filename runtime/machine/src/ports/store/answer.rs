//! What was answered to a request that came with a client's key: its repetition is answered the same and does nothing.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::StoreError;

/// A request under a client's key, with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Chosen by the client: no two requests have the same.
    pub key: String,
    /// What was asked for and by whom; null where an earlier version kept no more than the answer. An object whose
    /// `what` is the command's word.
    pub request: Value,
    /// The answer, or what is done of it so far.
    pub answer: Value,
    /// Whether it is answered whole. What is not is gone on with by whoever asks again.
    pub done: bool,
    /// The run it was said to, with which it is forgotten.
    pub run: Option<String>,
    /// When it was first asked for, UTC milliseconds.
    pub at_ms: i64,
}

impl Answered {
    /// Why another request cannot have this key.
    #[must_use]
    pub fn taken(&self) -> StoreError {
        let what = self.request["what"].as_str().unwrap_or("another request");
        let whom = self.run.as_ref().map(|run| format!(" to run {run}")).unwrap_or_default();
        StoreError::KeyTaken { key: self.key.clone(), first: format!("`{what}`{whom}") }
    }
}
