//! Groups of services, evaluated.

use std::sync::Arc;

use diagnostics::Span;
use smol_str::SmolStr;

use super::Service;

/// Services that change together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// Its members, each behind those it comes after.
    pub members: Vec<Member>,
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The service.
    pub service: Arc<Service>,
    /// Where it stands in the group.
    pub span: Span,
    /// The services that come before it, by name.
    pub after: Vec<SmolStr>,
}
