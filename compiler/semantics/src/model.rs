//! What the declarations of a project mean, evaluated: the only form in which checks and lowering see them.
//!
//! Names are resolved, defaults filled in, strategies unrolled into stages, units exact. Anything that was
//! reported is left out or stands as [`Value::Error`](crate::value::Value), so that later phases stay silent
//! about it.

use std::sync::Arc;

use diagnostics::Span;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::value::Value;

/// A workflow, ready to be checked and lowered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Workflow {
    /// Its name.
    pub name: SmolStr,
    /// Its doc comment.
    pub doc: Option<SmolStr>,
    /// Its name in the source.
    pub span: Span,
    /// Values a run is started with.
    pub parameters: Vec<Parameter>,
    /// Its steps in order.
    pub steps: Vec<Step>,
}

/// A workflow parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: SmolStr,
    /// Its type.
    pub r#type: ParameterType,
    /// Its default.
    pub default: Option<Value>,
    /// Where it stands.
    pub span: Span,
}

/// Types a run can be started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterType {
    /// An artifact digest.
    Digest,
    /// Text.
    String,
    /// A whole number.
    Int,
    /// `true` or `false`.
    Bool,
    /// A span of time.
    Duration,
}

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

/// A strategy with its arguments applied: a list of stages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strategy {
    /// The name it was used by.
    pub name: SmolStr,
    /// Where it is used.
    pub span: Span,
    /// Its stages in order.
    pub stages: Vec<Stage>,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Where its weight stands (in the strategy's declaration).
    pub span: Span,
    /// Share of the traffic, of one.
    pub weight: Decimal,
    /// Instances of the incoming release.
    pub instances: Instances,
    /// Share of the replicas of the running release that stay, of one; all when not written.
    pub keeping: Option<Decimal>,
    /// How long it is held, in milliseconds.
    pub hold_ms: i64,
    /// The gate that guards it: its own, else the strategy's.
    pub guard: Option<Arc<Gate>>,
}

/// How many instances of the incoming release a stage has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instances {
    /// As many as the weight needs: weight × replicas, rounded up.
    ByWeight,
    /// So many.
    Count(i64),
    /// A share of the replicas, of one, rounded up.
    Share(Decimal),
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

/// A service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name in the language.
    pub name: SmolStr,
    /// Its name outside; the name with `-` for `_` when not written.
    pub id: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// A case of `std.process.Artifact`.
    pub artifact: Value,
    /// A record that says how a release runs.
    pub runs: Value,
}

/// An environment with everything it inherits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Environment {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// `protected`.
    pub protected: bool,
    /// Runs instances.
    pub compute: Provider,
    /// Shifts traffic.
    pub traffic: Option<Provider>,
    /// Answers gates.
    pub metrics: Option<Provider>,
    /// What it binds, by service name.
    pub binds: Vec<Bind>,
}

/// A provider record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// The provider's name, from `@provider("…")` on the record's type.
    pub provider: SmolStr,
    /// The record.
    pub config: Value,
    /// Where it is bound.
    pub span: Span,
    /// Whether it can serve several services at once.
    pub shared: bool,
}

/// What an environment says of one service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bind {
    /// The service.
    pub service: SmolStr,
    /// Where it stands.
    pub span: Span,
    /// Instances at full weight; 1 when not written.
    pub replicas: i64,
    /// Declared traffic, lowest and highest, in requests per second.
    pub traffic: Option<(Decimal, Decimal)>,
}

/// A gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// The judged arm.
    pub arm: Arm,
    /// The other arm.
    pub against: Option<Arm>,
    /// Requests without which nothing passes.
    pub at_least: u64,
    /// One minus the probability of either wrong verdict.
    pub confidence: Decimal,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// What happens without an answer.
    pub inconclusive: Inconclusive,
    /// Not counted after a weight change, in milliseconds.
    pub warm_up_ms: i64,
}

/// A side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arm {
    /// The incoming release.
    Canary,
    /// The release that ran when the rollout began.
    Stable,
    /// All of the service.
    Service,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Where it stands.
    pub span: Span,
    /// In one form, however it is written: `errors(canary) <= errors(stable) + 2pp`.
    pub text: SmolStr,
    /// What is read.
    pub metric: Arc<Metric>,
    /// What it must stay under.
    pub bound: Bound,
}

/// The right-hand side of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The other arm times a factor plus points.
    Against {
        /// The factor.
        times: Decimal,
        /// The points, as a share of one.
        plus: Decimal,
    },
    /// A constant, as a share of one.
    Constant(Decimal),
    /// `SLO burns at most P of budget in D`: the constant this comes to, P × period / D × (1 − objective).
    Burn {
        /// The objective.
        slo: Arc<Slo>,
        /// The share of the budget.
        share: Decimal,
        /// The window, in milliseconds.
        window_ms: i64,
        /// The constant.
        limit: Decimal,
    },
}

/// What happens without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inconclusive {
    /// One extension of the hold, in milliseconds.
    pub extend_ms: i64,
    /// Then.
    pub then: Undecided,
}

/// What follows an inconclusive gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// Go back.
    Rollback,
    /// Stay until a person decides.
    Hold,
    /// Ask a person.
    Ask,
}

/// A ratio metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// Selects the bad requests: a case of `std.proxy.Selector`.
    pub bad: Value,
    /// Selects all.
    pub total: Value,
    /// The baseline, as a share of one.
    pub usual: Option<Decimal>,
}

/// An objective.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slo {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// The service.
    pub service: SmolStr,
    /// The metric.
    pub metric: Arc<Metric>,
    /// The share that must be good, of one.
    pub objective: Decimal,
    /// Over how long, in milliseconds.
    pub period_ms: i64,
}
