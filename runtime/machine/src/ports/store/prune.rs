//! Retention: what may be forgotten of runs that ended long ago.

use serde::{Deserialize, Serialize};

/// Asks for old runs to be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prune {
    /// The caller's epoch, checked in the same transaction.
    pub epoch: u64,
    /// Runs that ended before this, UTC milliseconds.
    pub ended_before_ms: i64,
    /// At most so many, the oldest ends first.
    pub limit: u32,
    /// The name of who asks.
    pub actor: String,
    /// When, UTC milliseconds.
    pub at_ms: i64,
    /// Only say which.
    pub dry_run: bool,
    /// Key of the request, which is noted: what went is added to its answer in the same transaction.
    pub key: Option<String>,
}

/// What was forgotten, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pruned {
    /// The runs, the oldest ends first.
    pub runs: Vec<String>,
    /// Records in their journals.
    pub records: u64,
    /// Why other old runs stay, as sentences.
    #[serde(default)]
    pub kept: Vec<String>,
}
