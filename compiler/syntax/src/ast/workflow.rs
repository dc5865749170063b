//! Workflows and their steps.

use super::{Accept, Expr, Name, Param, Range};

/// `workflow name(params) { steps }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Workflow {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Param>,
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
    Rollout(Rollout),
    /// `run action(args)`: a call expression, or a name.
    Run(Expr),
    /// `check gate of service in environment over duration`
    Check(Check),
    /// `approval N from people within duration`; the deadline is in the modifiers.
    Approval {
        /// How many people must agree; one if not written.
        count: Option<Expr>,
        /// Who may.
        people: Expr,
    },
    /// `accept P3 because "…" until 2027-01-31`: no step, but an exception for the steps beside it.
    Accept(Accept),
    /// Not readable, or reserved for a later edition; already reported.
    Error,
}

/// `rollout service@release to environment using strategy`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rollout {
    /// The service.
    pub service: Name,
    /// What is rolled out: a parameter of type `Digest`.
    pub release: Name,
    /// The environment.
    pub environment: Name,
    /// The strategy: a name or a call.
    pub strategy: Expr,
}

/// `check gate of service in environment over duration`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Check {
    /// The gate.
    pub gate: Name,
    /// The service.
    pub service: Name,
    /// The environment.
    pub environment: Name,
    /// How long to look.
    pub over: Expr,
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
}
