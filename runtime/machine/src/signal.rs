//! What people say to a run. A signal is journalled with who, when and why, and repeating it changes nothing.

use serde::{Deserialize, Serialize};

/// A person (or a service account) as the socket's peer credentials name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// Numeric user id of the peer.
    pub uid: u32,
    /// Its login name, or the number when it has none.
    pub name: String,
    /// The groups of the host it is a member of.
    #[serde(default)]
    pub groups: Vec<String>,
    /// Whether it owns the runtime's state directory (or is root).
    #[serde(default)]
    pub owner: bool,
}

impl Actor {
    /// Whether this person is one of `people`.
    pub fn is_among(&self, people: &plan::People) -> bool {
        match people {
            plan::People::Users { names } => names.contains(&self.name),
            plan::People::Group { name } => self.groups.contains(name),
            plan::People::Owner => self.owner,
        }
    }
}

/// Something said to a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signal {
    /// Chosen by the client; a second signal with the same key is answered like the first and does nothing.
    pub key: String,
    /// Who.
    pub actor: Actor,
    /// What.
    pub kind: SignalKind,
    /// Why, in the actor's words.
    pub reason: Option<String>,
}

/// The kinds of signals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum SignalKind {
    /// Agree to an approval step, or let a gate without an answer pass; bound to the plan's digest.
    Approve {
        /// The step; needed only when several wait.
        step: Option<String>,
        /// The digest of the plan the actor looked at.
        plan: plan::Digest,
    },
    /// Refuse it: the step fails.
    Reject {
        /// The step; needed only when several wait.
        step: Option<String>,
    },
    /// Go no further; gates keep watching.
    Pause,
    /// Go on.
    Resume,
    /// Stop, return what is half-way to its safe side, end as aborted.
    Abort,
    /// Return what is half-way to its safe side, end as rolled back.
    Rollback,
    /// Do a step again whose outcome nobody knows, or try again now what waits to be tried again.
    Retry {
        /// The step; needed only when several could be meant.
        step: Option<String>,
    },
    /// Take a step as done, for a reason.
    Skip {
        /// The step; needed only when several could be meant.
        step: Option<String>,
    },
    /// Give a hold, or whoever has to decide, more time.
    Extend {
        /// The step; needed only when several could be meant.
        step: Option<String>,
        /// How much, in milliseconds.
        by_ms: u64,
    },
    /// The run's lock was taken from it: it ends without another effect.
    Steal,
}

impl Signal {
    /// Whether it says why.
    pub(crate) fn has_reason(&self) -> bool {
        self.reason.as_ref().is_some_and(|reason| !reason.trim().is_empty())
    }

    /// What was done by whom and why: `aborted by ann: the disk is full`.
    pub fn said(&self, done: &str) -> String {
        let reason = self.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default();
        format!("{done} by {}{reason}", self.actor.name)
    }
}

impl SignalKind {
    /// The step that was named.
    pub fn step(&self) -> Option<&str> {
        match self {
            Self::Approve { step, .. }
            | Self::Reject { step }
            | Self::Retry { step }
            | Self::Skip { step }
            | Self::Extend { step, .. } => step.as_deref(),
            Self::Pause | Self::Resume | Self::Abort | Self::Rollback | Self::Steal => None,
        }
    }

    /// The word a person would use.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Approve { .. } => "approve",
            Self::Reject { .. } => "reject",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Abort => "abort",
            Self::Rollback => "rollback",
            Self::Retry { .. } => "retry",
            Self::Skip { .. } => "skip",
            Self::Extend { .. } => "extend",
            Self::Steal => "steal",
        }
    }
}
