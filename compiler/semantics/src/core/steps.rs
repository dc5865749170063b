//! Workflows after names and types are settled.

use diagnostics::Span;
use smol_str::SmolStr;

use super::{Core, Named};
use crate::model::{ParameterType, PhaseName};
use crate::types::DeclId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WorkflowBody {
    pub(crate) parameters: Vec<ParameterBody>,
    /// Where `emergency` stands.
    pub(crate) emergency: Option<Span>,
    pub(crate) during_freeze: bool,
    pub(crate) runbook: Option<Core>,
    pub(crate) steps: Vec<StepBody>,
    pub(crate) finally: Vec<StepBody>,
    /// Something of it was reported.
    pub(crate) incomplete: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ParameterBody {
    pub(crate) name: SmolStr,
    pub(crate) ty: ParameterType,
    pub(crate) span: Span,
    pub(crate) default: Option<Core>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StepBody {
    pub(crate) span: Span,
    pub(crate) kind: StepKindBody,
    pub(crate) within: Option<Core>,
    pub(crate) retry: Option<Core>,
    pub(crate) on_failure: Vec<StepBody>,
    /// Why the workflow goes on when the step fails.
    pub(crate) go_on: Option<Core>,
    pub(crate) during_freeze: bool,
    /// The share of the budget that a bad release may cost, and where that stands.
    pub(crate) may_spend: Option<(Core, Span)>,
    /// Alerts that nobody gets meanwhile.
    pub(crate) silencing: Option<SilencingBody>,
    /// What to read when it fails or waits.
    pub(crate) runbook: Option<Core>,
}

/// `silencing { label = "value" } for at most D`
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SilencingBody {
    pub(crate) span: Span,
    pub(crate) matching: Core,
    pub(crate) at_most: Core,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StepKindBody {
    Rollout(Box<RolloutBody>),
    Run(RunBody),
    Check(CheckBody),
    Approval {
        count: Option<Core>,
        people: Core,
        after_the_fact: bool,
    },
    Wait(Core),
    WaitUntil {
        time: Core,
        zone: Core,
    },
    Expose(Box<ExposeBody>),
    Mirror(Box<MirrorBody>),
    Migrate {
        phases: Vec<PhaseUse>,
        environment: Core,
    },
    Notify(RunBody),
    /// Told to all who watch an environment.
    NotifyAll {
        environment: Core,
        text: Core,
    },
    Together(Box<TogetherBody>),
    Parallel(Vec<StepBody>),
    Series(Vec<StepBody>),
    For(Box<LoopBody>),
    When {
        condition: Core,
        then: Vec<StepBody>,
        otherwise: Vec<StepBody>,
    },
    Rollback {
        target: Core,
        environment: Option<Core>,
    },
}

/// Steps for each element of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LoopBody {
    pub(crate) binder: SmolStr,
    pub(crate) list: Core,
    pub(crate) at_once: bool,
    pub(crate) steps: Vec<StepBody>,
    /// Of the round that failed.
    pub(crate) on_failure: Vec<StepBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RolloutBody {
    pub(crate) service: Core,
    pub(crate) release: ReleaseBody,
    pub(crate) environment: Core,
    pub(crate) strategy: StrategyUse,
}

/// A strategy with its arguments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StrategyUse {
    pub(crate) id: DeclId,
    pub(crate) span: Span,
    pub(crate) args: Named,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReleaseBody {
    pub(crate) artifact: ArtifactBody,
    /// Fields of the service that differ, by path.
    pub(crate) overrides: Vec<(SmolStr, Core)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ArtifactBody {
    Given(Core),
    Previous,
    Running,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RunBody {
    pub(crate) action: DeclId,
    pub(crate) args: Named,
    /// The name of its outputs.
    pub(crate) binding: Option<SmolStr>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckBody {
    pub(crate) gate: DeclId,
    pub(crate) service: Core,
    pub(crate) environment: Core,
    pub(crate) over: Core,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExposeBody {
    pub(crate) flag: DeclId,
    pub(crate) share: Option<Core>,
    pub(crate) cohort: Option<Core>,
    pub(crate) environment: Core,
    pub(crate) strategy: Option<StrategyUse>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MirrorBody {
    pub(crate) service: Core,
    pub(crate) release: ReleaseBody,
    pub(crate) environment: Core,
    pub(crate) share: Core,
    pub(crate) hold: Core,
    pub(crate) guard: Option<Core>,
}

/// A phase of a migration that is carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PhaseUse {
    pub(crate) span: Span,
    pub(crate) migration: DeclId,
    pub(crate) phase: PhaseName,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TogetherBody {
    pub(crate) environment: Core,
    pub(crate) strategy: StrategyUse,
    /// In the order of the text.
    pub(crate) members: Vec<MemberBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MemberBody {
    pub(crate) span: Span,
    /// What the workflow calls it.
    pub(crate) name: SmolStr,
    pub(crate) service: DeclId,
    pub(crate) release: ReleaseBody,
    pub(crate) after: Vec<SmolStr>,
}
