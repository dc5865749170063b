//! Bodies after names and types are settled: what evaluation runs on.

mod flag;
mod group;
mod policy;
mod steps;
mod test;

use std::sync::Arc;

use diagnostics::Span;
use smol_str::SmolStr;
use syntax::ast::{BinaryOp, UnaryOp};

use crate::methods::Method;
use crate::model::{AccessVerb, Arm, EffectClass, MetricKind, Undecided};
use crate::types::{DeclId, Type};
use crate::value::Value;

pub(crate) use flag::FlagBody;
pub(crate) use group::{GroupBody, GroupMemberBody};
pub(crate) use policy::{PolicyBody, RequirementBody};
pub(crate) use steps::{
    ArtifactBody, CheckBody, ExposeBody, LoopBody, MemberBody, MirrorBody, ParameterBody, PhaseUse, ReleaseBody,
    RolloutBody, RunBody, SilencingBody, StepBody, StepKindBody, StrategyUse, TogetherBody, WorkflowBody,
};
pub(crate) use test::{EventBody, EventKindBody, ExpectBody, ExpectKindBody, MomentBody, SimulateBody, TestBody};

/// A typed expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Core {
    pub(crate) span: Span,
    pub(crate) kind: CoreKind,
}

/// Arguments or fields by name.
pub(crate) type Named = Vec<(SmolStr, Core)>;

/// The kinds of typed expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CoreKind {
    Constant(Value),
    Text(Vec<Core>),
    Local(SmolStr),
    Global(DeclId),
    Gate(DeclId),
    /// An environment or a service.
    Entity(DeclId),
    Call(DeclId, Named),
    Field(Box<Core>, SmolStr),
    Record(DeclId, Named),
    Case(DeclId, SmolStr, Named),
    List(Vec<Core>),
    Map(Named),
    Unary(UnaryOp, Box<Core>),
    Binary(BinaryOp, Box<Core>, Box<Core>),
    /// Parameters and body; only where a function is passed.
    Lambda(Vec<SmolStr>, Arc<Core>),
    /// A declared function that is passed.
    Function(DeclId),
    /// A call of a function that was passed.
    Apply(SmolStr, Vec<Core>),
    Method(Method, Box<Core>, Vec<Core>),
    /// The value, the arms in order, and what it comes to otherwise.
    When(Box<Core>, Vec<(CorePattern, Core)>, Option<Box<Core>>),
    /// Whether the value fits; its parts are locals from there on.
    Is(Box<Core>, CorePattern),
    If(Box<Core>, Box<Core>, Box<Core>),
    Range(Box<Core>, Box<Core>),
    /// Must lie in the range of a refined type.
    Refine(Box<Core>, DeclId),
    Error,
}

/// What a value is compared with, and what its parts are called then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CorePattern {
    None,
    Some(Option<SmolStr>),
    /// A case, with the names of those fields that are used.
    Case(SmolStr, Vec<(SmolStr, SmolStr)>),
    /// Already reported; never fits.
    Error,
}

impl Core {
    pub(crate) fn new(span: Span, kind: CoreKind) -> Self {
        Self { span, kind }
    }

    pub(crate) fn error(span: Span) -> Self {
        Self::new(span, CoreKind::Error)
    }
}

/// A parameter or field with its default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DefaultBody {
    /// The case it belongs to, for unions.
    pub(crate) case: Option<SmolStr>,
    pub(crate) name: SmolStr,
    pub(crate) value: Core,
}

/// A checked declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Body {
    /// Nothing to evaluate.
    Nothing,
    /// Defaults of a record or union type.
    Type(Vec<DefaultBody>),
    Let(Core),
    Function {
        defaults: Vec<DefaultBody>,
        result: Core,
    },
    Environment(EnvironmentBody),
    Service(ServiceBody),
    Database(DatabaseBody),
    Migration(MigrationBody),
    Released(ReleasedBody),
    Metric(MetricBody),
    Slo(SloBody),
    Gate(GateBody),
    Strategy(StrategyBody),
    Action(ActionBody),
    Workflow(WorkflowBody),
    Group(GroupBody),
    Flag(FlagBody),
    Policy(PolicyBody),
    Test(Box<TestBody>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EnvironmentBody {
    pub(crate) extends: Option<DeclId>,
    /// Something that it needs was reported, so nothing may be called missing.
    pub(crate) incomplete: bool,
    pub(crate) protected: bool,
    pub(crate) drift: Option<Core>,
    pub(crate) providers: Vec<ProviderBody>,
    /// Who is told what happens there, where it says so.
    pub(crate) channels: Option<Vec<Channel>>,
    pub(crate) windows: Option<Core>,
    pub(crate) freezes: Option<Core>,
    pub(crate) binds: Vec<BindBody>,
    pub(crate) databases: Vec<DatabaseBindBody>,
}

/// An action that takes one text, and what it calls it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Channel {
    pub(crate) action: DeclId,
    pub(crate) parameter: SmolStr,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProviderBody {
    /// The field: `compute`, `traffic` or `metrics`.
    pub(crate) role: SmolStr,
    pub(crate) provider: SmolStr,
    pub(crate) span: Span,
    pub(crate) config: Core,
    pub(crate) roles: Vec<SmolStr>,
    pub(crate) shared: bool,
    pub(crate) finest: Option<rust_decimal::Decimal>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BindBody {
    pub(crate) service: SmolStr,
    pub(crate) span: Span,
    pub(crate) replicas: Option<Core>,
    pub(crate) traffic: Option<Core>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceBody {
    pub(crate) id: Option<Core>,
    pub(crate) artifact: Option<Core>,
    pub(crate) runs: Option<Core>,
    /// The provider that `runs` belongs to.
    pub(crate) provider: Option<SmolStr>,
    pub(crate) runbook: Option<Core>,
    pub(crate) contract: Vec<ContractBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ContractBody {
    Access { verb: AccessVerb, database: DeclId, table: SmolStr, columns: Vec<SmolStr> },
    Index { database: DeclId, table: SmolStr, columns: Vec<SmolStr> },
    Provides { interface: SmolStr, versions: Core },
    Calls { service: SmolStr, interface: SmolStr, version: Core },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DatabaseBody {
    pub(crate) provider: SmolStr,
    pub(crate) config: Core,
    /// Path and, where the project has it, text of the schema file.
    pub(crate) schema: Option<(SmolStr, Option<Arc<str>>)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DatabaseBindBody {
    pub(crate) database: SmolStr,
    pub(crate) span: Span,
    pub(crate) url: Core,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MigrationBody {
    pub(crate) database: DeclId,
    pub(crate) phases: Vec<PhaseBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PhaseBody {
    pub(crate) span: Span,
    pub(crate) kind: PhaseKindBody,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PhaseKindBody {
    Expand(Vec<StatementBody>),
    Backfill(Box<BackfillBody>),
    Contract(Vec<StatementBody>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StatementBody {
    pub(crate) span: Span,
    pub(crate) sql: SmolStr,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BackfillBody {
    pub(crate) table: SmolStr,
    pub(crate) key: SmolStr,
    pub(crate) set: SmolStr,
    pub(crate) filter: Option<SmolStr>,
    pub(crate) batch: Core,
    pub(crate) pause: Option<BackfillPauseBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BackfillPauseBody {
    pub(crate) metric: DeclId,
    pub(crate) op: &'static str,
    pub(crate) limit: Core,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReleasedBody {
    pub(crate) service: DeclId,
    pub(crate) environment: DeclId,
    pub(crate) release: SmolStr,
    pub(crate) artifact: Option<Core>,
    pub(crate) contract: Vec<ContractBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MetricBody {
    pub(crate) kind: MetricKind,
    /// `good` instead of `bad`.
    pub(crate) inverted: bool,
    pub(crate) selector: Option<Core>,
    pub(crate) total: Option<Core>,
    pub(crate) usual: Option<Core>,
    pub(crate) value: Option<Core>,
    pub(crate) range: Option<Core>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SloBody {
    pub(crate) service: SmolStr,
    pub(crate) objectives: Vec<ObjectiveBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ObjectiveBody {
    pub(crate) metric: DeclId,
    pub(crate) target: Core,
    pub(crate) under: Option<Core>,
    pub(crate) period: Core,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct GateBody {
    pub(crate) arm: Arm,
    pub(crate) against: Option<Arm>,
    /// Nothing where only burn rates are judged.
    pub(crate) at_least: Option<Core>,
    pub(crate) confidence: Option<Core>,
    pub(crate) conditions: Vec<ConditionBody>,
    pub(crate) extend: Option<Core>,
    pub(crate) then: Undecided,
    pub(crate) warm_up: Option<Core>,
    pub(crate) lag: Option<Core>,
    pub(crate) runbook: Option<Core>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ConditionBody {
    pub(crate) span: Span,
    pub(crate) advisory: bool,
    /// The limit is a lower one.
    pub(crate) lower: bool,
    pub(crate) bound: BoundBody,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BoundBody {
    Against(Box<AgainstBody>),
    Constant { reading: ReadingBody, limit: Core },
    Burn { slo: DeclId, share: Core, window: Core },
}

/// A comparison with the other arm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AgainstBody {
    pub(crate) reading: ReadingBody,
    pub(crate) times: Option<Core>,
    /// Whether it is taken away, and how much.
    pub(crate) plus: Option<(bool, Core)>,
    pub(crate) other: ReadingBody,
}

/// What is read of a metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadingBody {
    pub(crate) metric: DeclId,
    pub(crate) kind: MetricKind,
    pub(crate) part: PartBody,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum PartBody {
    Whole,
    Quantile(SmolStr),
    /// The share below a time.
    Under(Core),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StrategyBody {
    pub(crate) defaults: Vec<DefaultBody>,
    pub(crate) guard: Option<Core>,
    pub(crate) stages: Vec<StageBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StageBody {
    Stage(Box<OneStage>),
    For { binder: SmolStr, list: Core, stages: Vec<StageBody> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OneStage {
    pub(crate) weight: Core,
    /// The weight is a share of copies.
    pub(crate) mirrored: bool,
    pub(crate) cohort: Option<Core>,
    pub(crate) sticky: Option<Core>,
    pub(crate) surge: Option<Core>,
    pub(crate) unavailable: Option<Core>,
    pub(crate) after_stop: Option<Span>,
    pub(crate) pause: Option<PauseBody>,
    pub(crate) instances: Option<InstancesBody>,
    pub(crate) keeping: Option<Core>,
    pub(crate) hold: Option<Core>,
    pub(crate) guard: Option<Core>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PauseBody {
    pub(crate) span: Span,
    pub(crate) metric: DeclId,
    pub(crate) op: BinaryOp,
    pub(crate) limit: Core,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum InstancesBody {
    Count(Core),
    Share(Core),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ActionBody {
    pub(crate) defaults: Vec<DefaultBody>,
    pub(crate) class: EffectClass,
    pub(crate) provider: SmolStr,
    pub(crate) runs: Core,
}

/// A parameter or field as others see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) name: SmolStr,
    pub(crate) ty: Type,
    /// It may be left out.
    pub(crate) optional: bool,
}
