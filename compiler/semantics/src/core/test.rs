//! Tests after names and types are settled.

use diagnostics::Span;
use smol_str::SmolStr;
use syntax::ast::BinaryOp;

use crate::core::{Core, Named, PartBody};
use crate::types::DeclId;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TestBody {
    pub(crate) title: SmolStr,
    pub(crate) span: Span,
    /// Rows of its table; one without names when there is none.
    pub(crate) cases: Vec<Named>,
    pub(crate) simulate: Option<SimulateBody>,
    pub(crate) expects: Vec<ExpectBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SimulateBody {
    pub(crate) workflow: DeclId,
    pub(crate) args: Named,
    pub(crate) events: Vec<EventBody>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EventBody {
    pub(crate) span: Span,
    pub(crate) kind: EventKindBody,
    pub(crate) at: Option<MomentBody>,
    pub(crate) lasts: Option<Core>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum EventKindBody {
    Metric { metric: DeclId, arm: SmolStr, part: PartBody, value: Core },
    Crash,
    Silent,
    Unready(SmolStr),
    Fails { action: DeclId, times: Option<Core> },
    Approval { answer: SmolStr, by: Option<Core> },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum MomentBody {
    Stage { span: Span, weight: Core, service: Option<DeclId>, environment: Option<DeclId> },
    Time(Core),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ExpectBody {
    pub(crate) span: Span,
    pub(crate) kind: ExpectKindBody,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ExpectKindBody {
    Outcome { outcome: SmolStr, at: Option<MomentBody>, within: Option<Core> },
    Budget { slo: Option<DeclId>, op: BinaryOp, limit: Core },
    Exposure { op: BinaryOp, limit: Core },
    Ran { never: bool, what: DeclId, phase: Option<SmolStr> },
    Holds(Core),
}
