//! What travels over the socket. Version N of a runtime answers version N-1 of a client; paths carry the version.

use std::collections::BTreeMap;
use std::path::PathBuf;

use machine::ports::store::{Lock, Running};
use machine::signal::SignalKind;
use serde::{Deserialize, Serialize};

pub use engine::{InTheWay, Rebuild, RunLine};

use crate::Failure;

/// The version that this library speaks: the `1` of `/v1/`.
pub const PROTOCOL: u32 = 1;

/// Largest request body, in bytes: the largest plan and room around it.
pub const BODY_MAX: usize = 300 << 20;

/// Most entries of one page, of whatever list.
pub const PAGE_MAX: u32 = 1000;

/// How often a stream of views says that it is still there, in seconds, with an empty line.
pub const HEARTBEAT_S: u64 = 5;

/// Who answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// The protocol's version.
    pub protocol: u32,
    /// The program's version.
    pub version: String,
    /// Its process id.
    pub pid: u32,
    /// The epoch it holds the state with.
    pub epoch: u64,
}

/// A plan to be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submit {
    /// The plan file's text, as it was built.
    pub plan: String,
    /// The workflow's parameters as text.
    pub parameters: BTreeMap<String, String>,
    /// The project's root on this host, absolute.
    pub root: PathBuf,
    /// Chosen by the client; a second submission with the same key answers with the same run.
    pub key: String,
}

/// The run that a submission made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submitted {
    /// The run.
    pub run: String,
}

/// A line of the answer to a submission that waits for its turn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Queued {
    /// What is in the way now.
    Waits(InTheWay),
    /// The run has begun; nothing follows.
    Begun(Submitted),
    /// It does not begin; nothing follows.
    Refused(Failure),
}

/// What a run keeps to itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// Who keeps what, since when, and until when it moves at the latest.
    #[serde(flatten)]
    pub lock: Lock,
    /// Why the runtime leaves the run alone, if it does.
    pub left_alone: Option<String>,
}

/// Takes a lock away from the run that holds it, which ends where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Steal {
    /// The environment's name.
    pub environment: String,
    /// The service's name.
    pub service: String,
    /// Chosen by the client; asking twice does it once.
    pub key: String,
    /// Why, in the caller's words.
    pub reason: String,
}

/// Something said to a run; who says it is read from the socket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Say {
    /// Chosen by the client; saying it twice does it once.
    pub key: String,
    /// What.
    pub signal: SignalKind,
    /// Why, in the caller's words.
    pub reason: Option<String>,
}

/// What a signal does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// As a sentence.
    pub message: String,
}

/// Runs in flight, and what runs where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Runs that have not ended, newest first.
    pub runs: Vec<RunLine>,
    /// Releases by environment and service.
    pub running: Vec<Running>,
    /// What the owner should know about this runtime, as sentences.
    #[serde(default)]
    pub notices: Vec<String>,
}

/// Asks for old runs to be forgotten: their journals, states and plans go, their anchors stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forget {
    /// Those that ended before this, UTC milliseconds.
    pub ended_before_ms: i64,
    /// Only say which.
    pub dry_run: bool,
    /// Key of the request, which is noted: what goes is added to what is known of it.
    #[serde(default)]
    pub key: Option<String>,
}

/// Asks for something to be made anew from the journals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anew {
    /// What.
    pub what: Rebuild,
    /// Chosen by the client; asking twice does it once.
    pub key: String,
    /// Why, in the caller's words.
    pub reason: String,
}

/// Selects a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyQuery {
    /// Its key.
    pub key: String,
}

/// The run that something was said to under a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaidTo {
    /// The run; none where nothing was, or the caller may not see it.
    pub run: Option<String>,
}

/// Selects runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunsQuery {
    /// Only those that have not ended.
    #[serde(default)]
    pub unended: bool,
    /// At most so many, newest first.
    pub limit: u32,
}

/// Selects records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JournalQuery {
    /// The first sequence number.
    pub from: u64,
    /// At most so many.
    pub limit: u32,
}

/// Selects a gate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateQuery {
    /// Its name.
    pub gate: String,
}

/// The body of every answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The error.
    pub error: Failure,
}
