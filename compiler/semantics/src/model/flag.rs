//! Feature flags, evaluated.

use std::sync::Arc;

use diagnostics::Span;
use jiff::civil::Date;
use smol_str::SmolStr;

use super::Service;

/// Code that is deployed and exposed on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// Its name in the language.
    pub name: SmolStr,
    /// Its name outside; the name with `-` for `_` when not written.
    pub id: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// What it was called before.
    pub formerly: Option<SmolStr>,
    /// Who removes it.
    pub owner: SmolStr,
    /// The last day that it may be there.
    pub expires: Date,
    /// The service that reads it.
    pub service: Arc<Service>,
    /// What those see to whom it is not exposed.
    pub default: bool,
    /// The cohorts that it can be exposed to.
    pub cohorts: Vec<SmolStr>,
}
