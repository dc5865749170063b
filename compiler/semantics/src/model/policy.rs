//! What a policy can be about.

use std::fmt;

/// The kinds of thing that a policy judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Every rollout.
    Rollout,
    /// Every stage of every rollout.
    Stage,
    /// Every workflow.
    Workflow,
    /// Every migration that a workflow carries out.
    Migration,
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Rollout, Self::Stage, Self::Workflow, Self::Migration];

    /// The word in the header of a policy.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Rollout => "rollout",
            Self::Stage => "stage",
            Self::Workflow => "workflow",
            Self::Migration => "migration",
        }
    }

    /// The record that a policy sees of it, in `std.plan`.
    #[must_use]
    pub fn record(self) -> &'static str {
        match self {
            Self::Rollout => "std.plan.Rollout",
            Self::Stage => "std.plan.Stage",
            Self::Workflow => "std.plan.Workflow",
            Self::Migration => "std.plan.Migration",
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
