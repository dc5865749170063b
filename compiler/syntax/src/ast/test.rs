//! Tests: a workflow's run under scripted events and what must come of it, or what a function must give.

use super::{Arg, BinaryOp, Expr, Name, Range, StrPart};

/// `test "title" { … }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Test {
    /// Its title.
    pub title: Vec<StrPart>,
    /// Where the title stands.
    pub title_range: Range,
    /// Its entries, in order.
    pub entries: Vec<TestEntry>,
    /// The braces and what is between them.
    pub range: Range,
}

/// An entry of a test.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TestEntry {
    /// Where it stands.
    pub range: Range,
    /// What it says.
    pub kind: TestEntryKind,
}

/// The kinds of entry.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TestEntryKind {
    /// `case(a = 1, b = 2)`: a row of the table that the test is run for.
    Case(Vec<Arg>),
    /// `simulate workflow(args) with events`
    Simulate(Simulate),
    /// Further events, after a comma or line end: one, or several joined by `and`.
    Events(Vec<Event>),
    /// `expect …`, or a further expectation after a comma.
    Expect {
        /// Where `expect` stands; not there for a further expectation.
        word: Option<Range>,
        /// What must come of it.
        what: Box<Expectation>,
    },
    /// Not readable; already reported.
    Error,
}

/// `simulate workflow(args) with events`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Simulate {
    /// The workflow.
    pub workflow: Name,
    /// Its arguments.
    pub args: Vec<Arg>,
    /// What happens during the run.
    pub events: Vec<Event>,
}

/// Something that happens during a simulated run.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Event {
    /// What happens.
    pub kind: EventKind,
    /// When it begins; with the run when not written.
    pub at: Option<Moment>,
    /// `for D`: how long it lasts; to the end when not written.
    pub lasts: Option<Expr>,
    /// Where it stands.
    pub range: Range,
}

/// The kinds of event.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// `errors(canary) = 3%`: a metric reads so.
    Metric {
        /// The metric of an arm.
        reading: Expr,
        /// What it reads.
        value: Expr,
    },
    /// `crash`: the runtime dies and is started again.
    Crash,
    /// `metrics silent`: nobody counts.
    Silent,
    /// `canary unready`: no instance of an arm becomes ready, or stays so.
    Unready(Name),
    /// `action fails N times`: an action fails.
    Fails {
        /// The action.
        action: Name,
        /// How often; always when not written.
        times: Option<Expr>,
    },
    /// `approval given`, `approval refused` or `approval missing`, `by "name"`.
    Approval {
        /// `given`, `refused` or `missing`.
        answer: Name,
        /// Who answers.
        by: Option<Expr>,
    },
}

/// `from stage 25% of service in environment`, `at 10m`, `after 10m`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Moment {
    /// When a stage begins.
    Stage {
        /// The stage's weight.
        weight: Expr,
        /// Of which service's rollout.
        service: Option<Name>,
        /// In which environment.
        environment: Option<Name>,
        /// Where it stands.
        range: Range,
    },
    /// So long after the start of the run.
    Time(Expr),
}

/// What must come of a test.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expectation {
    /// `rolled_back at stage 25% within 2m`
    Outcome {
        /// How the run ends.
        outcome: Name,
        /// At which stage the turn was taken.
        at: Option<Moment>,
        /// How long it took at most.
        within: Option<Expr>,
    },
    /// `budget of availability spent < 1%`
    Budget {
        /// The objective; the only one when not written.
        slo: Option<Name>,
        /// The comparison.
        op: BinaryOp,
        /// The share of the budget.
        limit: Expr,
        /// Where it stands.
        range: Range,
    },
    /// `exposure <= 25%`: the largest share of the traffic that saw the new release.
    Exposure {
        /// The comparison.
        op: BinaryOp,
        /// The share.
        limit: Expr,
        /// Where it stands.
        range: Range,
    },
    /// `ran smoke_test`, `never ran add_provider.contract`
    Ran {
        /// It must not have run.
        never: bool,
        /// An action, or a migration.
        what: Name,
        /// A migration's phase.
        phase: Option<Name>,
    },
    /// A condition that needs no run: `half(4%) == 2%`.
    Holds(Expr),
}
