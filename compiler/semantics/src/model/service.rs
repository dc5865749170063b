//! Services.

use diagnostics::Span;
use smol_str::SmolStr;

use super::ContractClause;
use crate::value::Value;

/// A service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Its name in the language.
    pub name: SmolStr,
    /// Its name outside; the name with `-` for `_` when not written.
    pub id: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// What it was called before.
    pub formerly: Option<SmolStr>,
    /// A case of `std.process.Artifact`.
    pub artifact: Value,
    /// A record that says how a release runs.
    pub runs: Value,
    /// `runbook "…"`: a link to what to read when it goes wrong.
    pub runbook: Option<SmolStr>,
    /// What it relies on and promises.
    pub contract: Vec<ContractClause>,
}
