//! The door to durability: an append-only journal per run, its state rows, and what runs where.

use plan::Release;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::BoxFuture;
use crate::journal::Record;

/// Why the store did not do as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another runtime has taken over; this one must stop without another effect.
    #[error("another runtime took over this state directory (epoch {current}, ours {ours})")]
    Fenced {
        /// The epoch that holds now.
        current: u64,
        /// The epoch of the caller.
        ours: u64,
    },
    /// The record does not continue the journal: a second writer or a lost write.
    #[error("record {found} of run {run} does not follow record {last}")]
    Gap {
        /// The run.
        run: String,
        /// The last record that is stored.
        last: u64,
        /// The record that was to be appended.
        found: u64,
    },
    /// The run exists already.
    #[error("run {0} exists already")]
    Exists(String),
    /// No such run.
    #[error("there is no run {0}")]
    Missing(String),
    /// The state directory was written by a newer version.
    #[error(
        "the state has format {found} and this program knows {known}; start the newer version again, nothing was changed"
    )]
    Newer {
        /// The format found.
        found: u64,
        /// The newest this program knows.
        known: u64,
    },
    /// Another living runtime holds the state directory.
    #[error(
        "the state directory {directory} is in use by process {holder}; stop that one, or give another with --state"
    )]
    Locked {
        /// The state directory.
        directory: String,
        /// The holder's process id, or `unknown` while it is still starting.
        holder: String,
    },
    /// The disk or the database refused; after this the runtime stops.
    #[error("the state could not be written or read: {0}")]
    Io(String),
}

/// A run to be created, with its first records.
#[derive(Clone, Debug)]
pub struct NewRun {
    /// The plan file's bytes, kept for ever with the run.
    pub plan: Vec<u8>,
    /// The workflow's name, for lists.
    pub workflow: String,
    /// When it was created, UTC milliseconds.
    pub created_ms: i64,
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
    /// Whether the run has ended.
    pub ended: bool,
    /// Releases that run from now on (or nothing any more).
    pub running: Vec<Running>,
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
    /// The plan file's bytes.
    pub plan: Vec<u8>,
    /// The state apart from its nodes.
    pub head: Value,
    /// State rows of the nodes that were ever written.
    pub nodes: Vec<(u32, Value)>,
    /// Sequence number of the last record; 0 when there is none.
    pub last_seq: u64,
    /// Hash of the last record; empty when there is none.
    pub last_hash: String,
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
    /// Its state apart from its nodes.
    pub head: Value,
}

/// Keeps runs. Every write is durable when its future resolves.
pub trait Store: Send + Sync {
    /// The epoch taken when this store was opened; higher than every earlier one.
    fn epoch(&self) -> u64;

    /// Creates a run together with its first records.
    fn create(&self, run: NewRun) -> BoxFuture<'_, Result<(), StoreError>>;

    /// Appends to a run.
    fn append(&self, append: Append) -> BoxFuture<'_, Result<(), StoreError>>;

    /// A run by its id.
    fn load(&self, run: &str) -> BoxFuture<'_, Result<StoredRun, StoreError>>;

    /// Runs, newest first, at most `limit`; only those not ended on request.
    fn runs(&self, unended_only: bool, limit: u32) -> BoxFuture<'_, Result<Vec<RunLine>, StoreError>>;

    /// Records of a run from `from` on, in order, at most `limit`.
    fn journal(&self, run: &str, from: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Record>, StoreError>>;

    /// What runs everywhere, as last recorded, by environment and service; at most `limit`.
    fn registry(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Running>, StoreError>>;

    /// What runs for a service in an environment, as last recorded.
    fn running(&self, environment: &str, service: &str) -> BoxFuture<'_, Result<Option<Running>, StoreError>>;
}
