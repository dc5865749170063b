//! What must come of a scripted run, and what was found.

use machine::view::RunStatus;
use plan::{Exact, Place};

use super::Begins;

/// Something that must come of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// How it ends.
    Outcome {
        /// The end.
        status: RunStatus,
        /// The stage at which it turned, if that is asked.
        at: Option<Begins>,
        /// In how many milliseconds at most after what happened first, if that is asked.
        within_ms: Option<u64>,
    },
    /// The share of an error budget that the run spent, beyond what is usual.
    Budget {
        /// The objective, by its key in the plan; the only one when absent.
        objective: Option<String>,
        /// The comparison.
        comparison: Comparison,
        /// With what, a share of one.
        limit: Exact,
    },
    /// The largest share of a service's traffic that the incoming release had.
    Exposure {
        /// The comparison.
        comparison: Comparison,
        /// With what, a share of one.
        limit: Exact,
    },
    /// Whether something was carried out.
    Ran {
        /// It must not have been tried.
        never: bool,
        /// The action or migration.
        what: String,
        /// The phase of a migration.
        phase: Option<String>,
    },
}

/// How two numbers are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

impl Comparison {
    pub(crate) fn holds(self, left: f64, right: f64) -> bool {
        let order = left.total_cmp(&right);
        match self {
            Self::Less => order.is_lt(),
            Self::AtMost => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::AtLeast => order.is_ge(),
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
        }
    }
}

/// What was found of an expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it holds.
    pub holds: bool,
    /// What was found instead, or as expected; a sentence without its full stop.
    pub found: String,
    /// What of the sources decided.
    pub place: Option<Place>,
}
