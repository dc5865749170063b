//! What people can ask of a runtime, in the words that the role file uses.

use std::fmt;

use machine::signal::SignalKind;
use serde::Deserialize;

/// Something that a role can grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// See runs, their journals and what runs where. Whoever may do anything else may do this as well.
    View,
    /// Start a run. Its plan names programs, which run as the owner of the runtime.
    Run,
    /// Agree to what waits for a person.
    Approve,
    /// Refuse it.
    Reject,
    /// Hold a run where it stands.
    Pause,
    /// Let it go on.
    Resume,
    /// End a run and return what is half-way.
    Abort,
    /// Return what is half-way.
    Rollback,
    /// Have a step tried again.
    Retry,
    /// Have a step taken as done.
    Skip,
    /// Give a step more time.
    Extend,
    /// Take a run's lock away.
    Steal,
}

impl Verb {
    /// What a signal needs.
    #[must_use]
    pub fn of(signal: &SignalKind) -> Self {
        match signal {
            SignalKind::Approve { .. } => Self::Approve,
            SignalKind::Reject { .. } => Self::Reject,
            SignalKind::Pause => Self::Pause,
            SignalKind::Resume => Self::Resume,
            SignalKind::Abort => Self::Abort,
            SignalKind::Rollback => Self::Rollback,
            SignalKind::Retry { .. } => Self::Retry,
            SignalKind::Skip { .. } => Self::Skip,
            SignalKind::Extend { .. } => Self::Extend,
            SignalKind::Steal => Self::Steal,
        }
    }

    /// Whether it is a decision that an environment can ask a reason for.
    #[must_use]
    pub fn decides(self) -> bool {
        match self {
            Self::Approve | Self::Reject | Self::Abort | Self::Rollback | Self::Skip | Self::Steal => true,
            Self::View | Self::Run | Self::Pause | Self::Resume | Self::Retry | Self::Extend => false,
        }
    }

    /// The word in the role file and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Run => "run",
            Self::Approve => "approve",
            Self::Reject => "reject",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Abort => "abort",
            Self::Rollback => "rollback",
            Self::Retry => "retry",
            Self::Skip => "skip",
            Self::Extend => "extend",
            Self::Steal => "steal",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
