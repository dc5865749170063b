//! The door to durability: an append-only journal per run, its state rows, what runs where, and who keeps what to
//! itself.

mod anchor;
mod answer;
mod error;
mod lock;
mod prune;

use plan::Release;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::BoxFuture;
use crate::journal::Record;

pub use anchor::Anchor;
pub use answer::Answered;
pub use error::StoreError;
pub use lock::{Lock, Target};
pub use prune::{Prune, Pruned};

/// A run to be created, with its first records.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// The plan file's bytes, kept for ever with the run.
    pub plan: Vec<u8>,
    /// The workflow's name, for lists.
    pub workflow: String,
    /// When it was created, UTC milliseconds.
    pub created_ms: i64,
    /// Key of the request that starts it: no two runs have the same.
    pub key: String,
    /// The name of who starts it, for its locks.
    pub actor: String,
    /// What it keeps to itself until it has ended.
    pub targets: Vec<Target>,
    /// What would be appended.
    pub first: Append,
}

/// Records, state rows and registry entries that become durable together.
#[derive(Clone, Debug)]
pub struct Append {
    /// The run.
    pub run: String,
    /// The caller's epoch, checked in the same transaction.
    pub epoch: u64,
    /// Records that follow the last one stored.
    pub records: Vec<Record>,
    /// The run's state apart from its nodes.
    pub head: Value,
    /// State rows of the nodes that changed, by index.
    pub nodes: Vec<(u32, Value)>,
    /// Whether the run has ended: its locks are freed and its journal's end is anchored with this append.
    pub ended: bool,
    /// When the run moves again at the latest, UTC milliseconds: the expiry of its locks. None when nothing bounds it.
    pub moves_by_ms: Option<i64>,
    /// Releases that run from now on (or nothing any more).
    pub running: Vec<Running>,
    /// Requests that are answered with this append. The caller has seen that their keys are free.
    pub answers: Vec<Answered>,
}

/// What runs for a service in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Running {
    /// The environment's name.
    pub environment: String,
    /// The service's name.
    pub service: String,
    /// The release; none when nothing runs.
    pub release: Option<Release>,
    /// The run that made it so.
    pub run: String,
    /// Since when, UTC milliseconds.
    pub since_ms: i64,
}

/// A run as stored.
#[derive(Clone, Debug)]
pub struct StoredRun {
    /// The plan file's bytes; empty when they are missing.
    pub plan: Vec<u8>,
    /// The state apart from its nodes; null when it cannot be read.
    pub head: Value,
    /// State rows of the nodes that were ever written.
    pub nodes: Vec<(u32, Value)>,
    /// Sequence number of the last record; 0 when there is none.
    pub last_seq: u64,
    /// Hash of the last record; empty when there is none.
    pub last_hash: String,
    /// What of this is missing or is not what was written, as a sentence. The rows are a copy; the journal is the
    /// truth, and a run can be rebuilt from it as far as it verifies up to `last_seq` and `last_hash`.
    pub damage: Option<String>,
    /// Whether it was under way, or had made what runs, in the backup that this state was restored from, and nothing was
    /// appended since: what was done after the backup is not known, so a person has to say that it goes on.
    pub restored: bool,
}

/// A line of the list of runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunLine {
    /// The run.
    pub run: String,
    /// Its workflow.
    pub workflow: String,
    /// When it was created, UTC milliseconds.
    pub created_ms: i64,
    /// Whether it has ended.
    pub ended: bool,
    /// Its state apart from its nodes; null when it cannot be read.
    pub head: Value,
}

/// Keeps runs. Every write is durable when its future resolves.
pub trait Store: Send + Sync {
    /// The epoch taken when this store was opened; higher than every earlier one.
    fn epoch(&self) -> u64;

    /// Creates a run together with its first records and its locks. Refused with [`StoreError::Held`] when another
    /// run that has not ended has one of them, with [`StoreError::KeyUsed`] when its key has started one, and with
    /// [`StoreError::KeyTaken`] when its key came with another request.
    fn create(&self, run: NewRun) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Appends to a run.
    fn append(&self, append: Append) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Forgets journals, states and plans of runs that ended long ago, and what was said to them; their anchors stay.
    /// Never the run that made what runs, nor one that may have made what runs where that is not known. A key of a run
    /// that was forgotten can start another one.
    fn prune(&self, prune: Prune) -> BoxFuture<'_, Result<Pruned, StoreError>>;

    /// A run by its id.
    fn load(&self, run: &str) -> BoxFuture<'_, Result<StoredRun, StoreError>>;

    /// Runs, newest first, at most `limit`; only those not ended on request.
    fn runs(&self, unended_only: bool, limit: u32) -> BoxFuture<'_, Result<Vec<RunLine>, StoreError>>;

    /// What was answered to the request with this key, whenever that was; none for the key of a run.
    fn answered(&self, key: &str) -> BoxFuture<'_, Result<Option<Answered>, StoreError>>;

    /// Notes a request under its key before anything is done for it, what is done of it, and its answer; one that is
    /// done stays as it is. Refused with [`StoreError::KeyTaken`] when the key came with another request.
    fn note(&self, epoch: u64, answered: Answered) -> BoxFuture<'_, Result<(), StoreError>>;

    /// The run that a request with this key has started.
    fn with_key(&self, key: &str) -> BoxFuture<'_, Result<Option<RunLine>, StoreError>>;

    /// What runs that have not ended keep to themselves, by environment and service; at most `limit`.
    fn locks(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Lock>, StoreError>>;

    /// The ends of journals from anchor `from` on, in order, at most `limit`.
    fn anchors(&self, from: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Anchor>, StoreError>>;

    /// Records of a run from `from` on, in order, at most `limit`.
    fn journal(&self, run: &str, from: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Record>, StoreError>>;

    /// What runs everywhere, as last recorded, by environment and service; at most `limit`.
    fn registry(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Running>, StoreError>>;

    /// Every place for which it was recorded what runs, also where the entry cannot be read any more, so that one damaged
    /// entry does not hide the others.
    fn places(&self) -> BoxFuture<'_, Result<Vec<Target>, StoreError>>;

    /// What runs for a service in an environment, as last recorded.
    fn running(&self, environment: &str, service: &str) -> BoxFuture<'_, Result<Option<Running>, StoreError>>;
}
