//! Workflows: lists of steps, and what may stand behind a step.

use super::{
    Accept, Approval, Check, Expose, Expr, ForEach, Migrate, Mirror, Name, Notify, Param, Range, Rollback, Rollout,
    Together, Wait, When,
};

/// `emergency workflow name(params) during freeze runbook "https://…" { steps }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Workflow {
    /// Where `emergency` stands, if it does.
    pub emergency: Option<Range>,
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Param>,
    /// Where `during freeze` stands, if it does: every step of it may run while changes are frozen.
    pub during_freeze: Option<Range>,
    /// `runbook "https://…"`: what to read when it goes wrong.
    pub runbook: Option<Expr>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// The braces and what is between them.
    pub range: Range,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Step {
    /// `let name = run ...`: the name of its outputs.
    pub binding: Option<Name>,
    /// What it does.
    pub kind: StepKind,
    /// What stands behind it.
    pub modifiers: Modifiers,
    /// Where it stands, modifiers included.
    pub range: Range,
}

/// The kinds of step.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StepKind {
    /// `rollout service@release to environment using strategy`
    Rollout(Box<Rollout>),
    /// `migrate M.expand, M.backfill in environment`
    Migrate(Migrate),
    /// `run action(args)`: a call expression, or a name.
    Run(Expr),
    /// `check gate of service in environment over duration`
    Check(Check),
    /// `accept P3 because "…" until 2027-01-31`: no step, but an exception for the steps beside it.
    Accept(Accept),
    /// `approval N from people`
    Approval(Approval),
    /// `wait D`, `wait until TIME in "zone"`
    Wait(Wait),
    /// `expose flag to share of cohort in environment using strategy`
    Expose(Box<Expose>),
    /// `mirror service@release in environment at share for duration while gate`
    Mirror(Box<Mirror>),
    /// `notify channel "text"`
    Notify(Notify),
    /// `together group to environment using strategy { a@x, b@y after a }`
    Together(Together),
    /// `parallel { ... }`: each step inside is a branch.
    Parallel(Vec<Step>),
    /// `series { ... }`: steps in order as one, such as a branch of several.
    Series(Vec<Step>),
    /// `for name in list one at a time { ... }`
    For(ForEach),
    /// `when condition { ... } else { ... }`
    When(When),
    /// `rollback service in environment`, `rollback name`
    Rollback(Rollback),
    /// `finally { ... }`: at the end, however the steps before it ended.
    Finally(Vec<Step>),
    /// Not readable, or reserved for a later edition; already reported.
    Error,
}

/// What may stand behind any step.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Modifiers {
    /// `within D`: the deadline.
    pub within: Option<Expr>,
    /// `retry N times`
    pub retry: Option<Expr>,
    /// `on failure { steps }`
    pub on_failure: Option<Vec<Step>>,
    /// `on failure continue because "..."`
    pub go_on: Option<GoOn>,
    /// Where `during freeze` stands, if it does.
    pub during_freeze: Option<Range>,
    /// `may spend at most R of budget`: what a bad release may cost.
    pub may_spend: Option<MaySpend>,
    /// `silencing { … } for at most D`: alerts that nobody gets meanwhile.
    pub silencing: Option<Silencing>,
    /// `runbook "https://…"`: what to read when the step fails or waits.
    pub runbook: Option<Expr>,
    /// Where `after the fact` stands, if it does: of an approval that is given later.
    pub after_the_fact: Option<Range>,
}

/// `silencing { label = "value" } for at most D`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Silencing {
    /// The labels that an alert must have.
    pub matching: Expr,
    /// When it ends at the latest.
    pub at_most: Expr,
    /// From `silencing` to the end of the time.
    pub range: Range,
}

/// `may spend at most R of budget`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct MaySpend {
    /// The share of the error budget.
    pub share: Expr,
    /// From `may` to `budget`.
    pub range: Range,
}

/// `on failure continue because "..."`: the failure does not end the workflow.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GoOn {
    /// Why that is right.
    pub because: Expr,
    /// From `on` to the end of the reason.
    pub range: Range,
}
