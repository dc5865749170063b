//! Strategies with their arguments applied: the one stage model.

use std::sync::Arc;

use diagnostics::Span;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Gate, Metric};
use crate::value::Value;

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
    /// Share of the traffic, of one; nothing while copies are sent.
    pub weight: Decimal,
    /// Share of the requests that are copied to the incoming release, of one.
    pub mirror: Option<Decimal>,
    /// The users that the weight is a share of; all when not written. A case of `std.traffic.Cohort`.
    pub cohort: Option<Value>,
    /// What keeps a user on one side: a case of `std.traffic.Key`.
    pub sticky: Option<Value>,
    /// Instances of the incoming release.
    pub instances: Instances,
    /// Share of the replicas of the running release that stay, of one; all when not written.
    pub keeping: Option<Decimal>,
    /// Instances above the replicas while they are replaced, a share of the replicas.
    pub surge: Option<Decimal>,
    /// Replicas that may be missing while they are replaced, a share of the replicas.
    pub unavailable: Option<Decimal>,
    /// The running release is stopped before the incoming one starts.
    pub after_stop: bool,
    /// How long it is held, in milliseconds.
    pub hold_ms: i64,
    /// The gate that guards it: its own, else the strategy's.
    pub guard: Option<Arc<Gate>>,
    /// What holds it up while it is so.
    pub pause: Option<Pause>,
}

impl Stage {
    /// A share, and nothing else.
    #[must_use]
    pub fn bare(span: Span, weight: Decimal) -> Self {
        Self {
            span,
            weight,
            mirror: None,
            cohort: None,
            sticky: None,
            instances: Instances::ByWeight,
            keeping: None,
            surge: None,
            unavailable: None,
            after_stop: false,
            hold_ms: 0,
            guard: None,
            pause: None,
        }
    }
}

/// `pause when M > L`: nothing goes on while it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// Where it stands.
    pub span: Span,
    /// What is read.
    pub metric: Arc<Metric>,
    /// In one form, however it is written: `replica_lag > 5s`.
    pub text: SmolStr,
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
