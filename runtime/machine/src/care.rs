//! Records of what was done for a run after it ended, so that what it brought goes on running. A replay takes no
//! notice of them: they change nothing about the run.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::ports::provider::{Outcome, Request};

/// One record of care: the body of a journal record, as `{"care": …}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What is recorded.
    pub care: Care,
}

/// What is recorded of care, in this order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Care {
    /// The world does not show what the run left.
    Observed {
        /// Who looked.
        provider: String,
        /// What differs, in words.
        drift: String,
    },
    /// It is about to be done again.
    Intent {
        /// By whom.
        provider: String,
        /// What is asked.
        request: Box<Request>,
    },
    /// How that ended.
    Outcome {
        /// The request's key.
        key: String,
        /// How it ended.
        outcome: Outcome,
    },
}

impl Care {
    /// The body of its journal record.
    pub fn into_body(self) -> Value {
        // These types have string keys only, on which serialisation is total.
        serde_json::to_value(Record { care: self }).unwrap_or(Value::Null)
    }

    /// Reads the body of a journal record; none when it is of another kind.
    pub fn of_body(body: &Value) -> Option<Self> {
        Record::deserialize(body).ok().map(|record| record.care)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_care_is_no_event() {
        let drift = Care::Observed { provider: "process".into(), drift: "instance 2 died".into() };
        let body = drift.clone().into_body();
        assert_eq!(body["care"]["observed"]["drift"], "instance 2 died");
        assert!(serde_json::from_value::<crate::Event>(body.clone()).is_err());
        assert_eq!(Care::of_body(&body), Some(drift));
        assert_eq!(Care::of_body(&serde_json::json!({ "event": "woke", "node": "n" })), None);
    }
}
