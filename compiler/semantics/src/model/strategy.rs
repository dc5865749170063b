//! Strategies with their arguments applied: the one stage model.

use std::sync::Arc;

use diagnostics::Span;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::Gate;

/// A strategy with its arguments applied: a list of stages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strategy {
    /// The name it was used by.
    pub name: SmolStr,
    /// Where it is used.
    pub span: Span,
    /// Its stages in order.
    pub stages: Vec<Stage>,
}

/// One stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Where its weight stands (in the strategy's declaration).
    pub span: Span,
    /// Share of the traffic, of one.
    pub weight: Decimal,
    /// Instances of the incoming release.
    pub instances: Instances,
    /// Share of the replicas of the running release that stay, of one; all when not written.
    pub keeping: Option<Decimal>,
    /// How long it is held, in milliseconds.
    pub hold_ms: i64,
    /// The gate that guards it: its own, else the strategy's.
    pub guard: Option<Arc<Gate>>,
}

/// How many instances of the incoming release a stage has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Instances {
    /// As many as the weight needs: weight × replicas, rounded up.
    ByWeight,
    /// So many.
    Count(i64),
    /// A share of the replicas, of one, rounded up.
    Share(Decimal),
}
