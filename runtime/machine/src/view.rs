//! A run as people and programs look at it: derived from its state, never stored.

use plan::{Digest, Place, ReleaseId, Runbook, Share};
use serde::{Deserialize, Serialize};

use crate::evidence::Evidence;
use crate::signal::Actor;

/// A run at one instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunView {
    /// The run.
    pub run: String,
    /// Its workflow.
    pub workflow: String,
    /// The plan it is pinned to.
    pub plan: Digest,
    /// Where it stands.
    pub status: RunStatus,
    /// Whether a person paused it.
    pub paused: bool,
    /// Who started it.
    pub actor: Actor,
    /// UTC milliseconds.
    pub started_ms: i64,
    /// UTC milliseconds, once it has ended.
    pub ended_ms: Option<i64>,
    /// Milliseconds from its beginning to its end, whatever the wall clock did meanwhile; none until it has ended.
    #[serde(default)]
    pub took_ms: Option<u64>,
    /// Milliseconds of holds still to come, on the way forward; nothing for an ended run.
    pub left_ms: u64,
    /// What waits for a person.
    pub waiting: Vec<Waiting>,
    /// The rollouts, in plan order.
    pub rollouts: Vec<RolloutView>,
    /// The steps outside rollouts, in plan order; then those of handlers that are to be done, and of the end.
    pub steps: Vec<StepView>,
    /// Why it ended as it did, or is going back; a sentence.
    pub reason: Option<String>,
    /// What to read about what failed or waits for a person, the closest to it first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runbooks: Vec<Runbook>,
    /// Number of the last journal record this view includes.
    pub seq: u64,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// Going forward.
    Advancing,
    /// Going back to the safe side.
    Returning,
    /// All done: exit code 0.
    Completed,
    /// Failed with nothing left half-way: exit code 1.
    Failed,
    /// Returned to its safe side: exit code 20.
    RolledBack,
    /// Ended by a person, everything half-way returned: exit code 22.
    Aborted,
    /// Could not be brought to a safe end: exit code 30.
    Unsafe,
}

impl RunStatus {
    /// Whether nothing follows any more.
    pub fn ended(self) -> bool {
        match self {
            Self::Advancing | Self::Returning => false,
            Self::Completed | Self::Failed | Self::RolledBack | Self::Aborted | Self::Unsafe => true,
        }
    }

    /// The process exit code for a run in this state; 21 while it has not ended.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Completed => 0,
            Self::Failed => 1,
            Self::RolledBack => 20,
            Self::Advancing | Self::Returning => 21,
            Self::Aborted => 22,
            Self::Unsafe => 30,
        }
    }

    /// The words shown to people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Advancing => "advancing",
            Self::Returning => "returning to the safe side",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::RolledBack => "rolled back",
            Self::Aborted => "aborted",
            Self::Unsafe => "unsafe: a person is needed",
        }
    }
}

/// Something that waits for a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The node.
    pub step: String,
    /// What is asked, as a sentence.
    pub question: String,
    /// Milliseconds until it gives up; none when it does not.
    pub left_ms: Option<u64>,
    /// Where the step stands in the sources.
    pub place: Option<Place>,
    /// What was asked of a provider, where nobody knows whether it took effect.
    #[serde(default)]
    pub asked: Option<Asked>,
    /// The commands that decide it, each to be followed by the run.
    #[serde(default)]
    pub answers: Vec<String>,
}

/// A request to a provider whose outcome nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// What it was to do, in a few words.
    pub what: String,
    /// The provider.
    pub provider: String,
    /// Its idempotency key, by which the provider may know it.
    pub key: String,
    /// Number of the attempt.
    pub attempt: u32,
    /// When it was asked, UTC milliseconds.
    pub since_ms: i64,
    /// What is known.
    pub known: String,
}

/// Where a piece of a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    Pending,
    /// Being done.
    Active,
    /// Waits for a person or for a lost answer.
    Waiting,
    /// Done.
    Done,
    /// Failed.
    Failed,
    /// Brought back.
    Returned,
}

/// A rollout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RolloutView {
    /// Its key in the plan.
    pub key: String,
    /// The service.
    pub service: String,
    /// The environment.
    pub environment: String,
    /// The strategy's name.
    pub strategy: String,
    /// What is rolled out, once bound.
    pub incoming: Option<ReleaseId>,
    /// The release that ran before.
    pub running: Option<ReleaseId>,
    /// Where it stands.
    pub state: StepState,
    /// Its stages.
    pub stages: Vec<StageView>,
}

/// A stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StageView {
    /// Its label.
    pub label: String,
    /// The share of traffic asked for.
    pub asked: Share,
    /// The share of traffic measured in the stage's window, of one.
    pub observed: Option<f64>,
    /// Where it stands.
    pub state: StepState,
    /// What it is doing, as a few words: `starting 1 instance`, `holding`.
    pub doing: Option<String>,
    /// The hold's length with extensions, in milliseconds.
    pub hold_ms: u64,
    /// How much of it is over, in milliseconds.
    pub held_ms: u64,
    /// The latest look at its gate.
    pub evidence: Option<Evidence>,
    /// Where the stage stands in the sources.
    pub place: Option<Place>,
}

/// A step outside rollouts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepView {
    /// The node.
    pub id: String,
    /// What it does, in a few words.
    pub label: String,
    /// Where it stands.
    pub state: StepState,
    /// What it stands in, where that is not the way forward: `on failure of …`, or `finally`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aside: Option<String>,
    /// What happened, where something is to be said.
    pub message: Option<String>,
    /// The latest look at its gate, for a check.
    pub evidence: Option<Evidence>,
    /// Where it stands in the sources.
    pub place: Option<Place>,
}
