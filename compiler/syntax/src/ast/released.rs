//! What runs today, as a reviewed file says it.

use super::{ContractClause, Expr, Fields, Name, Range};

/// `released service in environment { release "…", contract }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Released {
    /// The service.
    pub service: Name,
    /// The environment.
    pub environment: Name,
    /// The string after `release`: what people call it; the last one if several stand there.
    pub release: Option<Expr>,
    /// `artifact`.
    pub fields: Fields,
    /// What this release relies on and promises.
    pub contract: Vec<ContractClause>,
    /// The braces and what is between them.
    pub range: Range,
}
