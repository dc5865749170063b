//! Strategies: lists of stages, and the compile-time loop that makes them.

use super::{Accept, BinaryOp, Expr, Name, Param, Range};

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

impl StageEntry {
    /// Where it stands.
    #[must_use]
    pub fn range(&self) -> Range {
        match self {
            Self::Stage(stage) => stage.range,
            Self::For { range, .. } | Self::Error(range) => *range,
            Self::Accept(accept) => accept.range,
        }
    }
}

/// `weight of cohort sticky by key on instances keeping capacity for hold while guard`, or `mirror share …`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Stage {
    /// The share of traffic for the new release; of copies of it if `mirrored`.
    pub weight: Expr,
    /// `mirror` before the share: the new release gets copies, and nobody sees its answers.
    pub mirrored: bool,
    /// `of C`: the share is one of these users only.
    pub cohort: Option<Expr>,
    /// `sticky by K`: equal keys stay on one side.
    pub sticky: Option<Expr>,
    /// How many instances run the new release.
    pub instances: Option<Instances>,
    /// `keeping R of replicas`: the capacity that the old release keeps.
    pub keeping: Option<Expr>,
    /// `surge R`: instances above the replicas while they are replaced.
    pub surge: Option<Expr>,
    /// `unavailable R`: replicas that may be missing while they are replaced.
    pub unavailable: Option<Expr>,
    /// Where `after stop` stands: the old release is stopped before the new one starts.
    pub after_stop: Option<Range>,
    /// `for D`: how long the stage lasts.
    pub hold: Option<Expr>,
    /// `while G`: the gate of this stage.
    pub guard: Option<Expr>,
    /// `pause when M > L`: what holds it up.
    pub pause: Option<Pause>,
    /// Where it stands.
    pub range: Range,
}

/// `pause when metric > limit`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pause {
    /// The metric.
    pub metric: Name,
    /// The comparison.
    pub op: BinaryOp,
    /// The limit.
    pub limit: Expr,
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
