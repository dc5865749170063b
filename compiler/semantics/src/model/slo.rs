//! Objectives.

use std::sync::Arc;

use diagnostics::Span;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::Metric;

/// What a service promises.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slo {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// The service.
    pub service: SmolStr,
    /// All are promised; at least one.
    pub objectives: Vec<Objective>,
}

/// One objective.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// The metric.
    pub metric: Arc<Metric>,
    /// Of a distribution, good is what takes less than so many milliseconds.
    pub under_ms: Option<i64>,
    /// The share that must be good, of one.
    pub objective: Decimal,
    /// Over how long, in milliseconds.
    pub period_ms: i64,
}
