//! Steps and what each kind of them needs.

use std::sync::Arc;

use diagnostics::Span;
use smol_str::SmolStr;

use super::{Environment, Gate, Service, Strategy};
use crate::value::Value;

/// A step with its modifiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The whole step.
    pub span: Span,
    /// What is done.
    pub kind: StepKind,
    /// `within D`: gives up after this long, in milliseconds.
    pub within_ms: Option<i64>,
    /// `retry N times`: further attempts after the first.
    pub retry: Option<u32>,
    /// `on failure { … }`: done after the step has returned to its safe side.
    pub on_failure: Vec<Step>,
}

/// The kinds of steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StepKind {
    /// `rollout S@x to E using G`.
    Rollout(Rollout),
    /// `run action(…)`.
    Run(Run),
    /// `check G of S in E over D`.
    Check(Check),
    /// `approval from P within D`.
    Approval(Approval),
}

/// A rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// What is rolled out.
    pub service: Arc<Service>,
    /// The artifact: [`Value::Parameter`] or [`Value::Digest`].
    pub artifact: Value,
    /// Where to.
    pub environment: Arc<Environment>,
    /// How.
    pub strategy: Strategy,
}

/// Running an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The action's name.
    pub action: SmolStr,
    /// Where it is declared.
    pub declared: Span,
    /// Its effect class.
    pub class: EffectClass,
    /// The provider's name, from the annotation of its record's type.
    pub provider: SmolStr,
    /// The provider's record with the arguments put in.
    pub config: Value,
}

/// What a crash or a lost answer means for an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EffectClass {
    /// Repeating it changes nothing.
    Idempotent,
    /// It can be asked whether it took effect.
    Probeable,
    /// It must never be repeated without a person.
    Once,
}

/// Judging a gate once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// The gate.
    pub gate: Arc<Gate>,
    /// The service.
    pub service: Arc<Service>,
    /// The environment.
    pub environment: Arc<Environment>,
    /// Over how long, in milliseconds.
    pub over_ms: i64,
}

/// Waiting for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// Who may approve: a case of `std.people.People`.
    pub from: Value,
    /// How many different people must.
    pub quorum: i64,
    /// How long it waits, in milliseconds (always given: a wait without a deadline is reported).
    pub within_ms: i64,
}
