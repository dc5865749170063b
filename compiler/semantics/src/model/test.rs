//! Tests, evaluated: what is to be simulated, and what functions gave.

use diagnostics::{Diagnostic, Span};
use rust_decimal::Decimal;
use smol_str::SmolStr;
use syntax::ast::BinaryOp;

use super::Reading;
use crate::value::Value;

/// A test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// Its title.
    pub title: SmolStr,
    /// Its title in the source.
    pub span: Span,
    /// One for each row of its table; one without a label when it has none.
    pub cases: Vec<Case>,
}

/// A test for one row of its table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The row: `bad = 3%, limit = 2m`; empty without a table.
    pub label: String,
    /// The run to simulate; none if it is about functions only.
    pub simulation: Option<Simulation>,
    /// What must come of the run.
    pub expectations: Vec<Expectation>,
    /// How many conditions that need no run were looked at.
    pub looked_at: usize,
    /// Those of them that do not hold.
    pub failures: Vec<Diagnostic>,
}

/// A run to simulate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simulation {
    /// The workflow, by its full name.
    pub workflow: SmolStr,
    /// Its arguments.
    pub arguments: Vec<(SmolStr, Value)>,
    /// What happens during the run.
    pub events: Vec<Event>,
}

/// Something that happens during a simulated run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Where it stands.
    pub span: Span,
    /// What happens.
    pub kind: EventKind,
    /// When it begins.
    pub at: Moment,
    /// How long it lasts, in milliseconds; to the end when not written.
    pub lasts_ms: Option<i64>,
}

/// The kinds of event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EventKind {
    /// A metric of an arm reads so.
    Metric {
        /// The metric.
        metric: SmolStr,
        /// The arm.
        arm: SmolStr,
        /// What of the metric is meant; of [`Reading::Over`], the value is the share that is fast enough.
        reading: Reading,
        /// What it reads.
        value: Value,
    },
    /// The runtime dies and is started again.
    Crash,
    /// Nobody counts.
    Silent,
    /// No instance of an arm becomes ready, or stays so.
    Unready(SmolStr),
    /// An action fails.
    Fails {
        /// The action.
        action: SmolStr,
        /// How often; always when not written.
        times: Option<i64>,
    },
    /// An approval is answered, or not.
    Approval {
        /// How.
        answer: Answer,
        /// By whom.
        by: Option<SmolStr>,
    },
}

/// What comes of an approval that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is given.
    Given,
    /// It is refused.
    Refused,
    /// Nobody answers.
    Missing,
}

/// When something happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// As the run begins.
    Start,
    /// So many milliseconds after that.
    After(i64),
    /// As a stage begins.
    Stage {
        /// Its weight, of one.
        weight: Decimal,
        /// The service of its rollout; any when not written.
        service: Option<SmolStr>,
        /// The environment of its rollout; any when not written.
        environment: Option<SmolStr>,
    },
}

/// What must come of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// Where it stands.
    pub span: Span,
    /// What.
    pub kind: ExpectationKind,
}

/// The kinds of expectation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpectationKind {
    /// How the run ends.
    Outcome {
        /// The end.
        outcome: Outcome,
        /// Where it turned, if that is asked.
        at: Option<Moment>,
        /// In how many milliseconds at most.
        within_ms: Option<i64>,
    },
    /// The share of an error budget that was spent.
    Budget {
        /// The objective; the only one when not written.
        slo: Option<SmolStr>,
        /// The comparison.
        op: BinaryOp,
        /// With what.
        limit: Decimal,
    },
    /// The largest share of the traffic that the incoming release had.
    Exposure {
        /// The comparison.
        op: BinaryOp,
        /// With what.
        limit: Decimal,
    },
    /// Whether something was carried out.
    Ran {
        /// It must not have been.
        never: bool,
        /// The action or migration.
        what: SmolStr,
        /// The phase of a migration.
        phase: Option<SmolStr>,
    },
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All was done.
    Completed,
    /// A step failed, and what had to return has returned.
    Failed,
    /// A gate failed, and the release that ran before serves again.
    RolledBack,
    /// A person ended it.
    Aborted,
    /// A person is needed.
    Unsafe,
}

impl Outcome {
    /// The outcome of that word.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(known, _)| *known == word).map(|(_, outcome)| *outcome)
    }

    /// Every outcome and its word.
    pub const ALL: [(&'static str, Self); 5] = [
        ("completed", Self::Completed),
        ("failed", Self::Failed),
        ("rolled_back", Self::RolledBack),
        ("aborted", Self::Aborted),
        ("unsafe", Self::Unsafe),
    ];
}
