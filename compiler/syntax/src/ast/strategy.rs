//! Strategies: lists of stages, and the compile-time loop that makes them.

use super::{Accept, Expr, Name, Param, Range};

/// `strategy name(params) while guard { stages }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Strategy {
    /// Its name.
    pub name: Name,
    /// Its parameters; empty without parentheses.
    pub params: Vec<Param>,
    /// The gate that guards every stage.
    pub guard: Option<Expr>,
    /// Its stages, in order.
    pub stages: Vec<StageEntry>,
    /// The braces and what is between them.
    pub range: Range,
}

/// One entry of a strategy.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum StageEntry {
    /// A stage.
    Stage(Box<Stage>),
    /// `for name in list { stages }`
    For {
        /// The name of the element.
        binder: Name,
        /// The list.
        list: Expr,
        /// The stages made for each element.
        stages: Vec<StageEntry>,
        /// From `for` to the closing brace.
        range: Range,
    },
    /// `accept P3 because "…" until 2027-01-31`
    Accept(Accept),
    /// Not readable; already reported.
    Error(Range),
}

/// `weight on instances keeping capacity for hold while guard`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stage {
    /// The share of traffic for the new release.
    pub weight: Expr,
    /// How many instances run the new release.
    pub instances: Option<Instances>,
    /// `keeping R of replicas`: the capacity that the old release keeps.
    pub keeping: Option<Expr>,
    /// `for D`: how long the stage lasts.
    pub hold: Option<Expr>,
    /// `while G`: the gate of this stage.
    pub guard: Option<Expr>,
    /// Where it stands.
    pub range: Range,
}

/// How many instances run the new release.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Instances {
    /// `on N instances`
    Count(Expr),
    /// `on R of replicas`
    Share(Expr),
}
