//! Steps and what each kind of them needs.

use std::sync::Arc;

use diagnostics::Span;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Environment, Flag, Gate, Migration, PhaseName, Service, Stage, Strategy};
use crate::value::{Piece, Value};

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
    /// `on failure continue because "…"`: why the workflow goes on.
    pub go_on: Option<SmolStr>,
    /// `during freeze`: it may run while changes are frozen.
    pub during_freeze: bool,
    /// `silencing { … } for at most D`: alerts that nobody gets meanwhile.
    pub silence: Option<Silence>,
    /// `runbook "…"`: a link to what to read when it goes wrong.
    pub runbook: Option<SmolStr>,
    /// `may spend at most R of budget`: what a bad release may cost.
    pub may_spend: Option<SpendLimit>,
}

impl Step {
    /// One with nothing behind it.
    #[must_use]
    pub fn bare(span: Span, kind: StepKind) -> Self {
        Self {
            span,
            kind,
            within_ms: None,
            retry: None,
            on_failure: Vec::new(),
            go_on: None,
            during_freeze: false,
            may_spend: None,
            silence: None,
            runbook: None,
        }
    }
}

/// `silencing { label = "value" } for at most D`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The labels that an alert must have, by name, each with the one value; at least one.
    pub matching: Vec<(SmolStr, SmolStr)>,
    /// It ends after this long at the latest, in milliseconds; more than none.
    pub at_most_ms: i64,
    /// Where it stands.
    pub span: Span,
}

/// `may spend at most R of budget`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpendLimit {
    /// The share of each of the service's error budgets, of one; more than nothing.
    pub share: Decimal,
    /// Where it stands.
    pub span: Span,
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
    /// `wait D`, `wait until T in "zone"`.
    Wait(Wait),
    /// `expose F to R in E using G`.
    Expose(Expose),
    /// `mirror S@x in E at R for D`.
    Mirror(Mirror),
    /// `migrate M.expand, M.backfill in E`.
    Migrate(Migrate),
    /// `notify A "…"`: its failure fails nothing.
    Notify(Run),
    /// `together to E using G { … }`.
    Together(Together),
    /// `parallel { … }`: each step a branch.
    Parallel(Vec<Step>),
    /// `series { … }`, and the side of a `when` that is known when compiled.
    Series(Vec<Step>),
    /// `for r in [...] { … }`.
    For(Loop),
    /// `when c { … } else { … }`, decided by what a run is started with or brings out.
    When(When),
    /// `rollback S in E`.
    Rollback(Rollback),
}

/// A rollout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// What is rolled out.
    pub service: Arc<Service>,
    /// Which release of it.
    pub release: Release,
    /// Where to.
    pub environment: Arc<Environment>,
    /// How.
    pub strategy: Strategy,
}

/// A release: an artifact, and what differs from the service's declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The artifact.
    pub artifact: Artifact,
    /// Fields that differ, each by its path (`runs.machine`), in the order of the text.
    pub overrides: Vec<(SmolStr, Value)>,
}

/// Which artifact a release has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Artifact {
    /// [`Value::Parameter`], [`Value::Output`] or [`Value::Digest`].
    Given(Value),
    /// That of the release which ran before the one that runs.
    Previous,
    /// That of the release which runs.
    Running,
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
    /// What later steps call its outputs, if they do.
    pub binding: Option<SmolStr>,
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
    /// The steps behind it do not wait for it; the run's end does.
    pub after_the_fact: bool,
}

/// Letting time pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// So many milliseconds.
    For(i64),
    /// Until the next such time of day, which is at most a day away.
    Until {
        /// Minutes since midnight.
        minutes: u16,
        /// The time zone's name.
        zone: SmolStr,
    },
}

/// Showing a flag's feature to users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expose {
    /// The flag.
    pub flag: Arc<Flag>,
    /// Where.
    pub environment: Arc<Environment>,
    /// The share of the users that see it at the end, of one.
    pub share: Decimal,
    /// Of which users; of all if none is named.
    pub cohort: Option<SmolStr>,
    /// How the share is raised; at once if not written.
    pub strategy: Option<Strategy>,
}

impl Expose {
    /// Its stages as shares of all users or of its cohort; one without a hold, at `at`, if no strategy raises it.
    #[must_use]
    pub fn stages(&self, at: Span) -> Vec<Stage> {
        let cohort = self.cohort.as_ref().map(|name| Value::Text(vec![Piece::Known(name.clone())]));
        let Some(strategy) = &self.strategy else {
            return vec![Stage { cohort, ..Stage::bare(at, self.share) }];
        };
        let shares = strategy.stages.iter().map(|stage| Stage {
            weight: stage.weight.checked_mul(self.share).unwrap_or(stage.weight),
            cohort: stage.cohort.clone().or_else(|| cohort.clone()),
            ..stage.clone()
        });
        shares.collect()
    }
}

/// Giving a release copies of requests, whose answers no user sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// The service.
    pub service: Arc<Service>,
    /// The release.
    pub release: Release,
    /// Where.
    pub environment: Arc<Environment>,
    /// The share of the requests that is copied, of one.
    pub share: Decimal,
    /// How long, in milliseconds.
    pub hold_ms: i64,
    /// The gate that guards it.
    pub guard: Option<Arc<Gate>>,
}

/// Carrying out phases of migrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrate {
    /// The phases, in order.
    pub phases: Vec<CarriedPhase>,
    /// Where.
    pub environment: Arc<Environment>,
}

/// One phase of [`Migrate`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CarriedPhase {
    /// Where it is named.
    pub span: Span,
    /// The migration, which has that phase.
    pub migration: Arc<Migration>,
    /// Which of its phases.
    pub phase: PhaseName,
}

/// Rollouts of several services with one verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Together {
    /// Where to.
    pub environment: Arc<Environment>,
    /// How, for each of them.
    pub strategy: Strategy,
    /// The services, each behind those that it comes after.
    pub members: Vec<JointMember>,
}

impl Together {
    /// The rollout of each member, as it would be alone.
    pub fn rollouts(&self) -> impl Iterator<Item = Rollout> + '_ {
        self.members.iter().map(|member| Rollout {
            service: member.service.clone(),
            release: member.release.clone(),
            environment: self.environment.clone(),
            strategy: self.strategy.clone(),
        })
    }
}

/// One service of [`Together`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JointMember {
    /// Where it stands.
    pub span: Span,
    /// The service.
    pub service: Arc<Service>,
    /// Which release of it.
    pub release: Release,
    /// The members that each stage of it comes behind, by index.
    pub after: Vec<usize>,
}

/// Steps for each element of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// The element's name.
    pub binder: SmolStr,
    /// All at once, or one behind the other.
    pub at_once: bool,
    /// The steps, by element, in the order of the list.
    pub rounds: Vec<Round>,
}

/// One round of a loop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// The element, as ids show it.
    pub label: SmolStr,
    /// Its steps.
    pub steps: Vec<Step>,
    /// Done when this round fails.
    pub on_failure: Vec<Step>,
}

/// Steps that depend on what is known when a run starts, or later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct When {
    /// The condition.
    pub condition: Decision,
    /// Done where it holds.
    pub then: Vec<Step>,
    /// Done where it does not.
    pub otherwise: Vec<Step>,
}

/// A condition that a run decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// A parameter or output that is `true` or `false`.
    Is(Value),
    /// A comparison.
    Compare(Value, Comparison, Value),
    /// The opposite.
    Not(Box<Decision>),
    /// All of them.
    All(Vec<Decision>),
    /// One of them at least.
    Any(Vec<Decision>),
}

/// How two values are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// Bringing services back to the releases that ran before rollouts of this workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollback {
    /// What is brought back: every rollout that fits both, the last one first.
    pub service: Option<Arc<Service>>,
    /// Where.
    pub environment: Option<Arc<Environment>>,
}
