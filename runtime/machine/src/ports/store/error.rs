//! What can go wrong with the state, as sentences.

use super::Lock;

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
    /// The key of the request has started a run already.
    #[error("the key `{key}` has started run {run} already; give this one another key")]
    KeyUsed {
        /// The key.
        key: String,
        /// The run it started.
        run: String,
    },
    /// The key came with another request.
    #[error(
        "the key `{key}` came with another request first ({first}); say the same again, or give this one another key"
    )]
    KeyTaken {
        /// The key.
        key: String,
        /// The request that it came with first, in words.
        first: String,
    },
    /// Another run that has not ended keeps a target to itself.
    #[error("{0}; wait for it (`deployd watch {run}`) or end it (`deployd abort {run}`)", run = .0.run)]
    Held(Box<Lock>),
    /// No such run.
    #[error("there is no run {0}")]
    Missing(String),
    /// One row is not what was written, and what it says is used by nobody; everything else can be read.
    #[error("{0}; `deployd doctor` says what to do")]
    Damaged(String),
    /// The database as a whole is not what was written; after this the runtime stops.
    #[error(
        "the database {database} is damaged: {cause}; `deployd doctor` says what can still be read, `deployd restore` brings a backup back"
    )]
    Malformed {
        /// The database file.
        database: String,
        /// What SQLite says of it.
        cause: String,
    },
    /// A state is there already, and nothing is written over.
    #[error("{0}")]
    Occupied(String),
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
