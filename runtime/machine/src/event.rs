//! What happens to a run. An event is durable before anything follows from it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use plan::{Digest, Release};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::evidence::Evidence;
use crate::ports::provider::{Outcome, Probe, Sample};
use crate::signal::{Actor, Signal};

/// An event. Nodes are named by id, so that a journal can be read without the machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// The run was accepted.
    Started(Started),
    /// What runs was looked up for a rollout.
    LookedUp {
        /// The begin node.
        node: String,
        /// The release that runs, if any.
        running: Option<Release>,
        /// The one that ran before it, where that was asked for and is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        previous: Option<Release>,
    },
    /// What the store knows of what runs cannot be read.
    NotLookedUp {
        /// The begin node.
        node: String,
        /// Why.
        problem: String,
    },
    /// An effect answered, or its time was over.
    Performed {
        /// The node or recovery step.
        node: String,
        /// Number of the attempt.
        attempt: u32,
        /// How it ended.
        outcome: Outcome,
    },
    /// A provider said whether an effect took place.
    Probed {
        /// The node or recovery step.
        node: String,
        /// Number of the attempt.
        attempt: u32,
        /// What it said.
        probe: Probe,
    },
    /// The counted window of a hold began (again, where the counters restarted).
    Opened {
        /// The hold.
        node: String,
        /// Counters at that moment; none where nothing can be read.
        sample: Option<Sample>,
        /// Why there are none, or why the window began again.
        note: Option<String>,
    },
    /// A gate was looked at, and the look is worth keeping.
    Judged {
        /// The hold.
        node: String,
        /// Whether the hold's time is over.
        last: bool,
        /// What was seen and concluded.
        evidence: Box<Evidence>,
    },
    /// A wait is over.
    Woke {
        /// The node or recovery step.
        node: String,
    },
    /// A person said something.
    Signalled(Signal),
    /// A runtime took the run up again.
    Resumed {
        /// Its epoch.
        epoch: u64,
        /// Whether it sees once-only effects to their end whose answers were lost. Earlier versions did not, and their
        /// journals are read as they were written.
        #[serde(default)]
        settles: bool,
    },
    /// The runtime was told to stop: until the run is taken up again, outcomes are taken and nothing new begins.
    Stopping,
    /// Nobody who answers for the run may run it any more.
    Barred {
        /// Who may not what, in words.
        why: String,
    },
    /// The world does not show the outcome of an earlier effect any more.
    Observed {
        /// The node or recovery step whose effect it was.
        node: String,
        /// What differs, in words.
        drift: String,
    },
}

impl Event {
    /// The node or recovery step that it is about, by its id; for what a person said, the one that was named.
    pub fn node(&self) -> Option<&str> {
        match self {
            Self::LookedUp { node, .. }
            | Self::NotLookedUp { node, .. }
            | Self::Performed { node, .. }
            | Self::Probed { node, .. }
            | Self::Opened { node, .. }
            | Self::Judged { node, .. }
            | Self::Woke { node }
            | Self::Observed { node, .. } => Some(node),
            Self::Signalled(signal) => signal.kind.step(),
            Self::Started(_) | Self::Resumed { .. } | Self::Stopping | Self::Barred { .. } => None,
        }
    }

    /// Whether the event is journalled although nothing follows from it.
    pub fn is_always_kept(&self) -> bool {
        match self {
            Self::Started(_) | Self::Signalled(_) | Self::Resumed { .. } | Self::Stopping | Self::Barred { .. } => true,
            Self::LookedUp { .. }
            | Self::NotLookedUp { .. }
            | Self::Performed { .. }
            | Self::Probed { .. }
            | Self::Opened { .. }
            | Self::Judged { .. }
            | Self::Woke { .. }
            | Self::Observed { .. } => false,
        }
    }
}

/// The first event of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Started {
    /// The run.
    pub run: String,
    /// The plan.
    pub plan: Digest,
    /// The project's root on this host.
    pub root: PathBuf,
    /// Who.
    pub actor: Actor,
    /// The client's key.
    pub key: String,
    /// With what, already of the declared types.
    pub parameters: BTreeMap<String, Value>,
}
