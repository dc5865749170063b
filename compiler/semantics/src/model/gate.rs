//! Gates: arms, conditions and what follows when nothing is decided.

use std::sync::Arc;

use diagnostics::Span;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Metric, Slo};
use crate::value::Value;

/// A gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// The judged arm.
    pub arm: Arm,
    /// The other arm.
    pub against: Option<Arm>,
    /// Requests without which nothing passes.
    pub at_least: u64,
    /// One minus the probability of either wrong verdict.
    pub confidence: Decimal,
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// What happens without an answer.
    pub inconclusive: Inconclusive,
    /// Not counted after a weight change, in milliseconds.
    pub warm_up_ms: i64,
    /// `runbook "…"`: a link to what to read when it goes wrong.
    pub runbook: Option<SmolStr>,
    /// How late the answers come, in milliseconds.
    pub lag_ms: i64,
}

/// A side of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arm {
    /// The incoming release.
    Canary,
    /// The release that ran when the rollout began.
    Stable,
    /// A fresh copy of the release that ran, as large and as old as the canary.
    Baseline,
    /// The release that ran when the rollout began, as it was before it.
    Previous,
    /// The incoming release's answers to copies of requests, which nobody sees.
    Shadow,
    /// All of the service.
    Service,
}

/// One comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Where it stands.
    pub span: Span,
    /// In one form, however it is written: `errors(canary) <= errors(stable) + 2pp`.
    pub text: SmolStr,
    /// What is read.
    pub metric: Arc<Metric>,
    /// What of the metric is read.
    pub reading: Reading,
    /// It is judged and told, and decides nothing.
    pub advisory: bool,
    /// The bound is a lower limit; only of amounts, never of shares.
    pub lower: bool,
    /// What it must stay under, or above where it is a lower limit.
    pub bound: Bound,
}

/// What of a metric is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// The metric itself.
    Whole,
    /// A quantile of a distribution: `p95`.
    Quantile(SmolStr),
    /// The share of a distribution above so many milliseconds.
    Over(i64),
}

/// The right-hand side of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bound {
    /// The other arm times a factor plus points.
    Against {
        /// The factor.
        times: Decimal,
        /// The points, as a share of one.
        plus: Decimal,
    },
    /// A constant, as a share of one.
    Constant(Decimal),
    /// The other arm times a factor plus an amount, for readings that are no shares.
    Beside {
        /// The factor.
        times: Decimal,
        /// The amount: added to an upper limit, taken from a lower one.
        plus: Option<Value>,
    },
    /// A constant amount, for readings that are no shares.
    Limit(Value),
    /// `SLO burns at most P of budget in D`: the constant this comes to, P × period / D × (1 − objective).
    Burn {
        /// The objective.
        slo: Arc<Slo>,
        /// The share of the budget.
        share: Decimal,
        /// The window, in milliseconds.
        window_ms: i64,
        /// The constant.
        limit: Decimal,
    },
}

/// What happens without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inconclusive {
    /// One extension of the hold, in milliseconds.
    pub extend_ms: i64,
    /// Then.
    pub then: Undecided,
}

/// What follows an inconclusive gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// Go back.
    Rollback,
    /// Stay until a person decides.
    Hold,
    /// Ask a person.
    Ask,
}
