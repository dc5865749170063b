//! The state of a run as rows: one head, one row per slot, one per rollout. Rows, not history, are read on resume.

use std::collections::BTreeMap;
use std::path::PathBuf;

use plan::{Digest, Release, Runbook, Which};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence::Evidence;
use crate::moment::Moment;
use crate::ports::provider::{Instance, Sample};
use crate::reading::GaugeReading;
use crate::signal::Actor;
use crate::slots::SlotIndex;
use crate::view::RunStatus;
use crate::wait::Wait;

/// The version of state rows this library writes. It reads those of earlier versions too: what they lack has a default.
pub const FORMAT: u32 = 3;

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
    /// How long it is paused; none when it is not.
    #[serde(default)]
    pub pause: Option<Wait>,
    /// Why nothing new begins although nobody paused the run: those who answer for it may not run it any more.
    #[serde(default)]
    pub barred: Option<String>,
    /// Who let the run go on when it was barred, and answers for it beside the one who started it.
    #[serde(default)]
    pub answers: Option<Actor>,
    /// Whether the runtime was told to stop: until it is taken up again, nothing new begins.
    #[serde(default)]
    pub stopping: bool,
    /// Whether something failed for which there is no way back: the end is unsafe.
    #[serde(default)]
    pub escalated: bool,
    /// When the latest journalled event happened.
    #[serde(default)]
    pub seen: Option<Moment>,
    /// Why it goes or went back.
    pub cause: Option<Cause>,
    /// What to read about what failed, in the order in which it did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runbooks: Vec<Runbook>,
    /// What it comes to once what stands in `finally` is done; none before that begins.
    #[serde(default)]
    pub outcome: Option<RunStatus>,
    /// What failed first of what stands in `finally`, as a sentence.
    #[serde(default)]
    pub finally_failed: Option<String>,
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
    /// A person took its lock away.
    Steal,
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
    /// Nobody knows whether an effect took place: a person decides.
    Unknown {
        /// The attempt.
        attempt: Attempt,
        /// What is known.
        message: String,
        /// How long a person has for it; absent until the run is taken up where an earlier version gave no deadline.
        #[serde(default)]
        wait: Option<Wait>,
    },
    /// Reads the counters from which the window begins.
    Opening {
        /// When the hold began.
        since: Moment,
    },
    /// Waits for a time that the clock on the wall will show.
    Until {
        /// Which, in UTC milliseconds since 1970.
        at_ms: i64,
        /// Why, to follow "waits for".
        what: String,
    },
    /// Brings rollouts that have finished back, one after the other.
    BringingBack,
    /// Holds.
    Holding(Holding),
    /// Waits for a person to decide on a gate without an answer.
    Asking {
        /// How long already.
        #[serde(flatten)]
        wait: Wait,
        /// The hold as it was.
        holding: Holding,
    },
    /// Waits for approvals.
    Approving {
        /// How long already.
        #[serde(flatten)]
        wait: Wait,
        /// Who has agreed.
        by: Vec<Actor>,
    },
    /// Done.
    Done {
        /// The last look at its gate, for holds.
        evidence: Option<Box<Evidence>>,
        /// What a person said to end it.
        #[serde(default)]
        note: Option<String>,
        /// The last attempt, for effects.
        #[serde(default)]
        tried: Option<Tried>,
    },
    /// Was done, is not so any more, and is being done again.
    Mending(Mending),
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

/// Which attempt an effect ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// Its number.
    pub number: u32,
    /// Its group.
    pub group: u32,
}

/// An effect that is done again because the world does not show its outcome any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Mending {
    /// The attempt, of a new group.
    pub attempt: Attempt,
    /// Number of the last attempt before the mending, from which its own attempts are counted.
    pub before: u32,
    /// What is not as it was.
    pub drift: String,
    /// What is waited for before the next attempt.
    pub waits: Option<BackOff>,
}

/// A wait before another attempt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackOff {
    /// Since when.
    pub since: Moment,
    /// How long, in milliseconds.
    pub wait_ms: u64,
    /// What failed.
    pub message: String,
}

/// A hold under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holding {
    /// How long already.
    #[serde(flatten)]
    pub wait: Wait,
    /// Its length with the extension of its gate, without those of people.
    pub duration_ms: u64,
    /// Whether its gate extended it.
    pub extended: bool,
    /// When the counted window began.
    pub opened: Moment,
    /// Counters at that moment; none where nothing can be read.
    pub baseline: Option<Sample>,
    /// When the latest sample was taken that was kept; absent where an earlier version did not say.
    #[serde(default)]
    pub sampled: Option<Moment>,
    /// How gauges stood in the window, by the conditions that read them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub gauges: BTreeMap<String, GaugeReading>,
    /// The latest look.
    pub evidence: Option<Box<Evidence>>,
    /// Its time is over and the last look was asked for.
    pub concluding: bool,
    /// Its time was over while the run was paused.
    pub due: bool,
    /// What a person said to end it, where only an opening is waited for any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreed: Option<String>,
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
    /// Whether its way back failed: it stays as it is.
    #[serde(default)]
    pub given_up: bool,
    /// What is rolled out.
    pub incoming: Option<Release>,
    /// What ran before.
    pub running: Option<Release>,
    /// Ready instances.
    pub instances: BTreeMap<Which, Vec<Instance>>,
    /// The slot that has it brought back although it had finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopened: Option<SlotIndex>,
}

/// What is known of a step with modifiers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScopeState {
    /// How long it is at work already; none before its first node began, and where it may take any time.
    #[serde(default)]
    pub wait: Option<Wait>,
    /// Why it failed.
    #[serde(default)]
    pub failed: Option<String>,
    /// Whether it returns to its safe side by itself, because the workflow goes on behind it.
    #[serde(default)]
    pub left: bool,
    /// Whether the workflow has gone on behind it although it failed.
    #[serde(default)]
    pub settled: bool,
    /// How far its handler is.
    #[serde(default)]
    pub handler: Handler,
    /// What failed first of its handler, as a sentence.
    #[serde(default)]
    pub handler_failed: Option<String>,
}

/// How far what stands in `on failure` is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Handler {
    /// Not begun.
    #[default]
    Pending,
    /// Being done.
    Active,
    /// Done, as far as it could be.
    Over,
    /// Left out, because its step could not be brought to its safe side.
    LeftOut,
}
