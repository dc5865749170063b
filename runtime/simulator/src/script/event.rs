//! What happens during a scripted run, when it begins, and how long it lasts.

use machine::view::RunStatus;
use plan::{Arm, Exact, Place, Reading, Share};
use serde_json::Value;

/// Everything that a test lets happen; what it does not speak of is as usual.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// In the order written: where two speak of the same, the later one holds.
    pub events: Vec<Event>,
}

/// One thing that happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// What.
    pub happens: Happens,
    /// From when on.
    pub begins: Begins,
    /// For how many milliseconds; to the end when absent.
    pub lasts_ms: Option<u64>,
    /// As it is written.
    pub text: String,
    /// Where it is written.
    pub place: Option<Place>,
}

/// The kinds of things that happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happens {
    /// A metric of an arm reads so.
    Reads {
        /// The metric, by its key in the plan.
        metric: String,
        /// The arm.
        arm: Arm,
        /// What of the metric; the metric itself when absent.
        reading: Option<Reading>,
        /// What it reads.
        level: Level,
    },
    /// Nobody counts.
    Silent,
    /// No instance of the arm becomes ready, or stays so.
    Unready(Arm),
    /// An action fails.
    Fails {
        /// The action, by its name in the plan.
        action: String,
        /// So often; always when absent.
        times: Option<u32>,
    },
    /// Approvals are answered so.
    Answered {
        /// How.
        answer: Answer,
        /// By whom; by whoever is asked when absent.
        by: Option<String>,
    },
    /// The runtime dies, and is started again when this is over, or a second later.
    Crash,
}

/// What a metric reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Level {
    /// A share of one: of bad requests, or of what is above a bound.
    Share(Exact),
    /// A time, in milliseconds.
    Ms(u64),
    /// An amount, as plans write it.
    Amount(Value),
}

/// How an approval is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Given.
    Given,
    /// Refused.
    Refused,
    /// Not at all.
    Missing,
}

/// When something begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begins {
    /// With the run.
    Start,
    /// So many milliseconds after that.
    After(u64),
    /// With a stage.
    Stage {
        /// Its weight.
        weight: Share,
        /// Only of this service, by its key in the plan.
        service: Option<String>,
        /// Only in this environment, by its key in the plan.
        environment: Option<String>,
    },
}

impl Begins {
    /// Whether this is about a stage of that weight, of that service, in that environment.
    pub(crate) fn is_stage(&self, weight: Share, service: &str, environment: &str) -> bool {
        match self {
            Self::Start | Self::After(_) => false,
            Self::Stage { weight: own, .. } => *own == weight && self.is_about(service, environment),
        }
    }

    /// Whether what begins so happens to that service in that environment too: what begins with a stage of a service
    /// happens to that one only.
    pub(crate) fn is_about(&self, of: &str, to: &str) -> bool {
        match self {
            Self::Start | Self::After(_) => true,
            Self::Stage { service, environment, .. } => {
                service.as_ref().is_none_or(|name| name == of) && environment.as_ref().is_none_or(|name| name == to)
            }
        }
    }
}

/// A status as the language names it.
#[must_use]
pub(crate) fn ended(status: RunStatus) -> &'static str {
    match status {
        RunStatus::Advancing | RunStatus::Returning => "did not end",
        RunStatus::Completed => "completed",
        RunStatus::Failed => "failed",
        RunStatus::RolledBack => "rolled back",
        RunStatus::Aborted => "was aborted",
        RunStatus::Unsafe => "ended unsafe",
    }
}
