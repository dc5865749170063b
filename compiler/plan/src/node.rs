//! The nodes of a plan: what is done, after what, how often it may be tried, and what brings it back.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::body::is_false;
use crate::decision::Decision;
use crate::migration::Migrate;
use crate::quantity::Share;
use crate::steps::{Expose, Mirror, Rollback, WaitUntil};

/// Names a node by its path in the source (`release/shop-to-local/5%/shift`), so that unrelated edits keep it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct NodeId(pub String);

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One unit of work of the plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// Unique in the plan.
    pub id: NodeId,
    /// Nodes that must be complete first; all stand earlier in the plan.
    pub after: Vec<NodeId>,
    /// The rollout this node belongs to, by its key in the body.
    pub rollout: Option<String>,
    /// The stage of that rollout, by its index.
    pub stage: Option<u32>,
    /// What is done.
    pub work: Work,
    /// Beyond this node the rollout does not return: a failure here is reported, not rolled back.
    pub past_return: bool,
    /// The innermost step with modifiers that it belongs to, by its key in the body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Left out, and complete at once, unless this holds when it would begin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Decision>,
    /// It may run while changes are frozen.
    #[serde(default, skip_serializing_if = "is_false")]
    pub during_freeze: bool,
}

/// What a node does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// Looks up which release runs now and binds the rollout's arms.
    Begin,
    /// Changes the world through a provider.
    Effect(Effect),
    /// Stays at a weight, judged or not.
    Hold(Hold),
    /// Waits for people.
    Approval(Approval),
    /// Records the incoming release as the one that runs: the rollout's point of no return.
    Finish,
    /// Waits for a time of day.
    WaitUntil(WaitUntil),
    /// Brings rollouts that have finished back.
    Rollback(Rollback),
    /// Raises a flag's exposure.
    Expose(Expose),
    /// Gives a release copies of requests.
    Mirror(Mirror),
    /// Carries out a phase of a migration.
    Migrate(Migrate),
}

/// A typed effect with what a crash or a lost answer means for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Effect {
    /// What is asked of which provider.
    pub call: Call,
    /// What may be done when the outcome is not known.
    pub class: EffectClass,
    /// A call without an answer after this long is unknown, in milliseconds.
    pub timeout_ms: u64,
    /// Bounds on trying again.
    pub retry: Retry,
    /// Its failure fails nothing: the run goes on and says so.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tolerated: bool,
}

/// What may be done after a crash or a lost answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EffectClass {
    /// Doing it again with the same key changes nothing.
    Idempotent,
    /// The provider can be asked whether the key took effect.
    Probeable,
    /// Never done again by itself: a person decides.
    Once,
}

/// Bounded, jittered, exponential back-off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Retry {
    /// Attempts in all, at least one.
    pub attempts: u32,
    /// Wait before the second attempt in milliseconds; doubled for each further one.
    pub backoff_ms: u64,
    /// Longest wait between two attempts in milliseconds.
    pub backoff_max_ms: u64,
}

/// Which release of a rollout a call speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// The release that is rolled out.
    Incoming,
    /// The release that ran when the rollout began. Calls on it are complete at once when nothing ran.
    Running,
}

/// What is asked of a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Call {
    /// Have at least this many ready instances of a release; answers with their addresses.
    Ensure {
        /// The release.
        release: Which,
        /// How many.
        instances: u32,
    },
    /// Give each release its share of the traffic; releases not named get none.
    Shift {
        /// Shares that sum to 100 %.
        weights: Vec<(Which, Share)>,
        /// Route to the first so many instances of the running release only, because the others are about to
        /// stop; to all of them when absent.
        running_at_most: Option<u32>,
        /// The users that the shares are of, a case of `std.traffic.Cohort`; all others stay where they are. Of
        /// everybody when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        cohort: Option<serde_json::Value>,
    },
    /// Drain and stop all but `keep` instances of a release.
    Stop {
        /// The release.
        release: Which,
        /// Instances that stay.
        keep: u32,
    },
    /// Carry out a declared action.
    Act {
        /// The action's name.
        action: String,
        /// The provider and what it is given.
        binding: super::Binding,
    },
}

/// Staying at one state of the world for a time, under watch or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hold {
    /// What is watched.
    pub subject: Subject,
    /// How long, in milliseconds.
    pub duration_ms: u64,
    /// The gate, if any.
    pub guard: Option<Guard>,
}

/// What a hold is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Subject {
    /// The arms of the node's own rollout.
    Rollout,
    /// A service as it runs.
    Service {
        /// The environment.
        environment: String,
        /// The service.
        service: String,
    },
    /// Nothing: time passes.
    Nothing,
}

/// How a gate guards a hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Guard {
    /// The gate, by its key in the body.
    pub gate: String,
    /// Watched all along (`while`), or judged once at the end (`check`).
    pub continuous: bool,
    /// How many guarded holds times conditions share the gate's false-alarm level (Bonferroni); at least one.
    pub shares: u32,
}

/// Waiting for people to agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Who may approve.
    pub from: People,
    /// How many different people must.
    pub quorum: u32,
    /// Without them after this long, the step fails, in milliseconds.
    pub within_ms: u64,
    /// What follows does not wait for it; the run's end does.
    #[serde(default, skip_serializing_if = "is_false")]
    pub after_the_fact: bool,
}

/// A set of people, resolved on the host where the runtime runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[serde(rename_all = "snake_case", tag = "case")]
pub enum People {
    /// These user names.
    Users {
        /// Login names.
        names: Vec<String>,
    },
    /// The members of a group of the host.
    Group {
        /// Group name.
        name: String,
    },
    /// Whoever owns the runtime's state directory.
    Owner,
}

/// One step of a rollout's way back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RecoveryStep {
    /// Unique in the plan.
    pub id: NodeId,
    /// What is done.
    pub effect: Effect,
}
