//! What a run keeps to itself while it is at work.

use serde::{Deserialize, Serialize};

/// A service in an environment: what a run changes, and what one run at a time may change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Target {
    /// The environment's name.
    pub environment: String,
    /// The service's name.
    pub service: String,
}

/// A target that a run which has not ended keeps to itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lock {
    /// The environment's name.
    pub environment: String,
    /// The service's name.
    pub service: String,
    /// The run.
    pub run: String,
    /// The name of who started it.
    pub actor: String,
    /// Since when, UTC milliseconds.
    pub since_ms: i64,
    /// When the run moves again at the latest, UTC milliseconds; [`Lock::UNBOUNDED`] when nothing bounds it. A lock
    /// past it is still held: what it guards may be half-way.
    pub expires_ms: i64,
}

impl Lock {
    /// The expiry of a lock whose run waits on nothing that is bounded.
    pub const UNBOUNDED: i64 = i64::MAX;

    /// What is kept.
    #[must_use]
    pub fn target(&self) -> Target {
        Target { environment: self.environment.clone(), service: self.service.clone() }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(text, "`{}` in `{}`", self.service, self.environment)
    }
}

impl std::fmt::Display for Lock {
    fn fmt(&self, text: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(text, "{} is being rolled out by run {}, started by {}", self.target(), self.run, self.actor)
    }
}
