//! Policies: what every rollout, stage, workflow or migration must keep to.

use super::{Expr, Name, Range};

/// `policy name for rollout r where condition { require … }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Policy {
    /// Its name.
    pub name: Name,
    /// What it is about: `rollout`, `stage`, `workflow` or `migration`.
    pub subject: Name,
    /// The name of the thing inside the policy.
    pub binder: Name,
    /// `where`: which of them it is about; all when not written.
    pub condition: Option<Expr>,
    /// All must hold.
    pub requirements: Vec<Requirement>,
    /// An entry could not be read.
    pub incomplete: bool,
    /// The braces and what is between them.
    pub range: Range,
}

/// `require condition because "…"`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// What must hold.
    pub condition: Expr,
    /// Why.
    pub because: Option<Expr>,
    /// Where it stands.
    pub range: Range,
}
