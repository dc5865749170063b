//! Metrics.

use diagnostics::Span;
use rust_decimal::Decimal;
use smol_str::SmolStr;

use crate::value::Value;

/// A ratio metric.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// Selects the bad requests: a case of `std.proxy.Selector`.
    pub bad: Value,
    /// Selects all.
    pub total: Value,
    /// The baseline, as a share of one.
    pub usual: Option<Decimal>,
}
