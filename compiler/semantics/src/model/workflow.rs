//! Workflows and the values a run is started with.

use diagnostics::Span;
use smol_str::SmolStr;

use super::Step;
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
    /// What it was called before.
    pub formerly: Option<SmolStr>,
    /// Where `emergency` stands, if it does.
    pub emergency: Option<Span>,
    /// Whether all of it may run while changes are frozen.
    pub during_freeze: bool,
    /// `runbook "…"`: a link to what to read when it goes wrong.
    pub runbook: Option<SmolStr>,
    /// Values a run is started with.
    pub parameters: Vec<Parameter>,
    /// Its steps in order.
    pub steps: Vec<Step>,
    /// Done at the end, however the steps ended.
    pub finally: Vec<Step>,
    /// Something of it was reported, so steps may be missing.
    pub incomplete: bool,
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
