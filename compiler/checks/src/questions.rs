//! What the conditions of a gate ask to be told, in the terms of the statistics.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use semantics::model::{Arm, Bound, Condition, Gate, Metric, MetricKind, Reading};
use semantics::value::Value;
use statistics::{Baseline, Margin, Question};

use crate::asked::Asked;

/// α of a gate: the chance of either wrong verdict.
pub(crate) fn level(gate: &Gate) -> f64 {
    exact(Decimal::ONE - gate.confidence)
}

/// The nearest binary number of an exact one.
pub(crate) fn exact(n: Decimal) -> f64 {
    n.to_string().parse().unwrap_or(0.0)
}

/// What a condition asks at this weight. Nothing where no number of requests is known to matter: amounts without a range,
/// factors of a rate that is not declared, and what decides nothing.
pub(crate) fn question(asked: &Asked<'_>, condition: &Condition, weight: Decimal) -> Option<Question> {
    if condition.advisory {
        return None;
    }
    match (&condition.reading, condition.metric.kind) {
        (Reading::Quantile(quantile), _) => quantile_of(quantile).filter(|_| !condition.lower),
        (Reading::Over(_), _) => share(asked, condition, None, weight),
        (Reading::Whole, MetricKind::Ratio) => share(asked, condition, condition.metric.usual, weight),
        (Reading::Whole, MetricKind::Mean) => mean(asked, condition, weight),
        (Reading::Whole, MetricKind::Distribution | MetricKind::Gauge | MetricKind::Counter) => None,
    }
}

fn quantile_of(name: &str) -> Option<Question> {
    let digits = name.strip_prefix('p')?;
    let q = format!("0.{digits}").parse().ok()?;
    Some(Question::Quantile { q })
}

fn share(asked: &Asked<'_>, condition: &Condition, usual: Option<Decimal>, weight: Decimal) -> Option<Question> {
    let known = usual.map_or(0.0, exact);
    match &condition.bound {
        Bound::Constant(limit) | Bound::Burn { limit, .. } => {
            Some(Question::Limit { usual: known, limit: exact(*limit) })
        }
        // Of a rate that nobody declares, a factor says nothing.
        Bound::Against { times, .. } if usual.is_none() && *times != Decimal::ONE => None,
        Bound::Against { times, plus } => {
            let margin = Margin::new(exact(*plus), exact(*times)).ok()?;
            Some(Question::Beside { usual: known, margin, other: other(asked, weight) })
        }
        Bound::Beside { .. } | Bound::Limit(_) => None,
    }
}

/// A mean within its range is at best as easily told as a coin that shows the one end or the other.
fn mean(asked: &Asked<'_>, condition: &Condition, weight: Decimal) -> Option<Question> {
    let (low, high) = range(&condition.metric)?;
    let width = high.checked_sub(low).filter(|width| *width > Decimal::ZERO)?;
    let part = |amount: Decimal| Some(exact(amount.checked_div(width)?));
    match &condition.bound {
        Bound::Limit(limit) => {
            let limit = amount(limit)?;
            let away = if condition.lower { high.checked_sub(limit)? } else { limit.checked_sub(low)? };
            Some(Question::Limit { usual: 0.0, limit: part(away)? })
        }
        Bound::Beside { times, plus: Some(plus) } if *times == Decimal::ONE => {
            let margin = Margin::new(part(amount(plus)?)?, 1.0).ok()?;
            Some(Question::Beside { usual: 0.0, margin, other: other(asked, weight) })
        }
        Bound::Beside { .. } | Bound::Against { .. } | Bound::Constant(_) | Bound::Burn { .. } => None,
    }
}

fn range(metric: &Metric) -> Option<(Decimal, Decimal)> {
    let (low, high) = metric.range.as_ref()?;
    Some((amount(low)?, amount(high)?))
}

fn amount(value: &Value) -> Option<Decimal> {
    match value {
        Value::Int(n) | Value::Duration(n) | Value::Bytes(n) => Some(Decimal::from(*n)),
        Value::Ratio(n) | Value::Points(n) | Value::Factor(n) | Value::Rate(n) | Value::Money(n, _) => Some(*n),
        Value::Text(_) | Value::Bool(_) | Value::Date(_) | Value::Time(_) | Value::Window(_) | Value::Freeze(_) => None,
        Value::Digest(_) | Value::Secret(_) | Value::PromQl(_) | Value::Sql(_) | Value::Entity(_) => None,
        Value::List(_) | Value::Map(_) | Value::Range(..) | Value::Record(..) | Value::Case(..) => None,
        Value::None | Value::Parameter(_) | Value::Output(..) | Value::Error => None,
    }
}

/// How much is seen of the other arm for each request of the judged one.
fn other(asked: &Asked<'_>, weight: Decimal) -> Baseline {
    let share = asked.share_at(weight);
    let rest = match (asked.gate.arm, asked.gate.against) {
        (Arm::Canary, Some(Arm::Stable)) => Decimal::ONE - weight,
        (Arm::Canary, Some(Arm::Baseline)) => weight,
        // Copies are of the requests that the other arm answers.
        (Arm::Shadow, Some(Arm::Stable)) => Decimal::ONE,
        (Arm::Canary | Arm::Shadow | Arm::Stable | Arm::Previous | Arm::Baseline | Arm::Service, _) => {
            return Baseline::Known;
        }
    };
    rest.checked_div(share).and_then(|ratio| ratio.to_f64()).map_or(Baseline::Known, Baseline::PerCanary)
}
