//! The state of a run as rows: one head, one row per slot, one per rollout. Rows, not history, are read on resume.

use std::collections::BTreeMap;
use std::path::PathBuf;

use plan::{Digest, Release, Which};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence::Evidence;
use crate::moment::Moment;
use crate::ports::provider::{Instance, Sample};
use crate::signal::Actor;
use crate::view::RunStatus;

/// The version of state rows this library writes.
pub const FORMAT: u32 = 1;

/// The state of a run apart from its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Version of the rows.
    pub format: u32,
    /// The run.
    pub run: String,
    /// The plan it is pinned to.
    pub plan: Digest,
    /// The project's root on this host.
    pub root: PathBuf,
    /// Who started it.
    pub actor: Actor,
    /// Key of the request that started it.
    pub key: String,
    /// When it started.
    pub started: Moment,
    /// What it was started with.
    pub parameters: BTreeMap<String, Value>,
    /// Where it stands.
    pub status: RunStatus,
    /// Whether a person paused it.
    pub paused: bool,
    /// Why it goes or went back.
    pub cause: Option<Cause>,
    /// When it ended.
    pub ended: Option<Moment>,
    /// Answers given to signals, by their keys.
    pub signals: BTreeMap<String, String>,
    /// Effects that wait for an answer.
    pub in_flight: u32,
    /// Slots that are neither done nor skipped, forward ones only.
    pub open: u32,
}

/// Why a run goes back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cause {
    /// Of which kind.
    pub kind: CauseKind,
    /// The slot that failed, by its id; none for signals.
    pub node: Option<String>,
    /// A sentence.
    pub message: String,
}

/// The kinds of causes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseKind {
    /// A step failed.
    Step,
    /// A gate failed or stayed without an answer.
    Gate,
    /// A person aborted.
    Abort,
    /// A person rolled back.
    Rollback,
}

/// Where a slot stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum SlotState {
    /// Not begun.
    #[default]
    Pending,
    /// Asked what runs.
    LookingUp,
    /// An effect is under way.
    Performing(Attempt),
    /// An effect's answer was lost; the provider is asked.
    Probing(Attempt),
    /// Waiting to try again.
    BackingOff {
        /// The attempt that failed.
        attempt: Attempt,
        /// Since when.
        since: Moment,
        /// How long.
        wait_ms: u64,
        /// What failed.
        message: String,
    },
    /// Nobody knows whether a once-only effect took place: a person decides.
    Unknown {
        /// The attempt.
        attempt: Attempt,
        /// What is known.
        message: String,
    },
    /// Reads the counters from which the window begins.
    Opening {
        /// When the hold began.
        since: Moment,
    },
    /// Holds.
    Holding(Holding),
    /// Waits for a person to decide on a gate without an answer.
    Asking {
        /// Since when.
        since: Moment,
        /// The hold as it was.
        holding: Holding,
    },
    /// Waits for approvals.
    Approving {
        /// Since when.
        since: Moment,
        /// Who has agreed.
        by: Vec<Actor>,
    },
    /// Done.
    Done {
        /// The last look at its gate, for holds.
        evidence: Option<Box<Evidence>>,
    },
    /// Failed.
    Failed {
        /// Why.
        message: String,
        /// The look that decided it, for holds.
        evidence: Option<Box<Evidence>>,
    },
    /// Left out because the run went back.
    Skipped,
}

/// One attempt at an effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// From 1, over all groups.
    pub number: u32,
    /// Attempts of one group share a key, because an earlier one of them may have taken effect.
    pub group: u32,
    /// When it was intended.
    pub since: Moment,
}

/// A hold under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holding {
    /// When it began.
    pub since: Moment,
    /// Its length, with its extension.
    pub duration_ms: u64,
    /// Whether it was extended.
    pub extended: bool,
    /// When the counted window began.
    pub opened: Moment,
    /// Counters at that moment; none where nothing can be read.
    pub baseline: Option<Sample>,
    /// The latest look.
    pub evidence: Option<Box<Evidence>>,
    /// Its time is over and the last look was asked for.
    pub concluding: bool,
    /// Its time was over while the run was paused.
    pub due: bool,
}

/// What a rollout knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RolloutState {
    /// Whether it began.
    pub entered: bool,
    /// Whether the incoming release was recorded as the one that runs.
    pub finished: bool,
    /// Whether it was brought back.
    pub returned: bool,
    /// What is rolled out.
    pub incoming: Option<Release>,
    /// What ran before.
    pub running: Option<Release>,
    /// Ready instances.
    pub instances: BTreeMap<Which, Vec<Instance>>,
}
