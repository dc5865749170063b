//! Objectives.

use std::sync::Arc;

use diagnostics::Span;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::Metric;

/// An objective.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slo {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// The service.
    pub service: SmolStr,
    /// The metric.
    pub metric: Arc<Metric>,
    /// The share that must be good, of one.
    pub objective: Decimal,
    /// Over how long, in milliseconds.
    pub period_ms: i64,
}
