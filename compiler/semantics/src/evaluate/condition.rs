//! Conditions of gates as values: burn rates become constants, and every spelling gets its one form.

use std::cmp::Ordering;
use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::arithmetic::order;
use super::{Evaluator, display};
use crate::core::{AgainstBody, BoundBody, ConditionBody, Core, GateBody, PartBody, ReadingBody};
use crate::model::{Arm, Bound, Condition, Metric, MetricKind, Objective, Reading, Slo};
use crate::queries::value::{Entity, entity_of};
use crate::types::{DeclId, arm_word};
use crate::units::{duration_text, percent_text};
use crate::value::Value;

impl Evaluator<'_> {
    /// One condition, or for an error budget one for each of its objectives.
    pub(super) fn condition(&mut self, body: &ConditionBody, gate: &GateBody) -> Option<Vec<Condition>> {
        let (metric, reading, bound) = match &body.bound {
            BoundBody::Against(against) => {
                let AgainstBody { reading, times, plus, other } = &**against;
                let (metric, read) = (self.metric_of(&reading.metric)?, self.reading(reading)?);
                if read != self.reading(other)? {
                    let message = "both arms are read alike: the share under the same time";
                    self.report(Diagnostic::error(codes::NOT_COMPARABLE, body.span, message));
                    return None;
                }
                let bound = self.against(body, &metric, &read, times, plus)?;
                (metric, read, bound)
            }
            BoundBody::Constant { reading, limit } => {
                let (metric, read) = (self.metric_of(&reading.metric)?, self.reading(reading)?);
                let bound = self.constant(body.span, &metric, &read, limit)?;
                (metric, read, bound)
            }
            BoundBody::Burn { slo, share, window } => {
                let Entity::Slo(slo) = entity_of(self.db, slo) else { return None };
                return self.burns(body, slo, share, window);
            }
        };
        let text = written(&metric, &reading, body.lower, &bound, gate);
        let (advisory, lower) = (body.advisory, body.lower);
        Some(vec![Condition { span: body.span, text, metric, reading, advisory, lower, bound }])
    }

    pub(super) fn metric_of(&self, id: &DeclId) -> Option<Arc<Metric>> {
        match entity_of(self.db, id) {
            Entity::Metric(metric) => Some(metric.clone()),
            _ => None,
        }
    }

    fn reading(&mut self, body: &ReadingBody) -> Option<Reading> {
        self.read_part(&body.part)
    }

    /// What of a metric is read.
    pub(super) fn read_part(&mut self, part: &PartBody) -> Option<Reading> {
        match part {
            PartBody::Whole => Some(Reading::Whole),
            PartBody::Quantile(quantile) => Some(Reading::Quantile(quantile.clone())),
            PartBody::Under(core) => self.period(core, "`under`").map(Reading::Over),
        }
    }

    fn constant(&mut self, at: Span, metric: &Metric, reading: &Reading, limit: &Core) -> Option<Bound> {
        if !is_share(metric, reading) {
            return self.within_range(metric, limit).map(Bound::Limit);
        }
        let mut share = self.share(limit, "a limit")?;
        if let Reading::Over(_) = reading {
            share = Decimal::ONE - share;
        }
        if share < Decimal::ONE {
            return Some(Bound::Constant(share));
        }
        let message = "this condition can never fail: it allows 100%";
        self.report(Diagnostic::error(codes::NEVER_FIRES, at, message).help("allow less"));
        None
    }

    /// An amount that a metric can read: one of those between which its observations lie, where it says so.
    pub(super) fn within_range(&mut self, metric: &Metric, core: &Core) -> Option<Value> {
        let value = self.value(core);
        if matches!(value, Value::Parameter(_) | Value::Output(..) | Value::Error) {
            return self.not_constant(core, &value);
        }
        let Some((low, high)) = &metric.range else { return Some(value) };
        let inside = |order: Option<Ordering>, beyond| order.is_some_and(|order| order != beyond);
        if inside(order(&value, low), Ordering::Less) && inside(order(&value, high), Ordering::Greater) {
            return Some(value);
        }
        let range = format!("{}..{}", display::text(low), display::text(high));
        let message = format!("`{}` lies in {range}, but this is {}", metric.name, display::text(&value));
        let diagnostic = Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message);
        self.report(diagnostic.also(metric.span, "says so with its `range`"));
        None
    }

    fn against(
        &mut self,
        body: &ConditionBody,
        metric: &Metric,
        reading: &Reading,
        times: &Option<Core>,
        plus: &Option<(bool, Core)>,
    ) -> Option<Bound> {
        let times = match times.as_ref().map(|core| (core, self.value(core))) {
            None => Decimal::ONE,
            Some((_, Value::Factor(factor))) => factor,
            Some((_, Value::Int(factor))) => Decimal::from(factor),
            Some((core, other)) => return self.not_constant(core, &other),
        };
        if !is_share(metric, reading) {
            return self.beside(body, metric, times, plus);
        }
        let plus = match plus.as_ref().map(|(negative, core)| (*negative, core, self.value(core))) {
            None => Decimal::ZERO,
            Some((false, _, Value::Points(points))) => points,
            Some((true, _, Value::Points(points))) => -points,
            Some((_, core, other)) => return self.not_constant(core, &other),
        };
        // Less of what is fast enough is more of what is not.
        let plus = if let Reading::Over(_) = reading { -plus } else { plus };
        let kept = plus < Decimal::ONE && times >= Decimal::ZERO && times.checked_add(plus)? >= Decimal::ZERO;
        if kept {
            return Some(Bound::Against { times, plus });
        }
        let message = "this limit lies outside 0%..100%, or is 100%, whatever the other arm does";
        self.report(Diagnostic::error(codes::BAD_CONDITION, body.span, message));
        None
    }

    fn beside(
        &mut self,
        body: &ConditionBody,
        metric: &Metric,
        times: Decimal,
        plus: &Option<(bool, Core)>,
    ) -> Option<Bound> {
        let at = body.span;
        if metric.kind == MetricKind::Mean && metric.range.is_none() {
            let message = format!("`{}` does not say between what its observations lie", metric.name);
            let diagnostic = Diagnostic::error(codes::NOT_COMPARABLE, at, message)
                .also(metric.span, "no `range` here")
                .note("without a range no number of observations tells two means apart")
                .help("declare it: `range = 0.00 EUR..0.10 EUR`, or compare with a limit");
            self.report(diagnostic);
            return None;
        }
        let plus = match plus {
            None => None,
            Some((taken, core)) if *taken != body.lower => {
                let (side, factor) = if body.lower { ("above", "1.1") } else { ("below", "0.9") };
                let message =
                    format!("a limit {side} the other arm asks the release to be better: write a factor, `* {factor}`");
                self.report(Diagnostic::error(codes::NOT_COMPARABLE, core.span, message));
                return None;
            }
            Some((_, core)) => match self.value(core) {
                other @ (Value::Parameter(_) | Value::Error) => return self.not_constant(core, &other),
                amount => Some(amount),
            },
        };
        if times >= Decimal::ZERO {
            return Some(Bound::Beside { times, plus });
        }
        let message = "a factor below nothing turns the comparison round";
        self.report(Diagnostic::error(codes::BAD_CONDITION, at, message));
        None
    }

    fn burns(&mut self, body: &ConditionBody, slo: &Arc<Slo>, share: &Core, window: &Core) -> Option<Vec<Condition>> {
        let (share, window_ms) = (self.share(share, "the share of the budget"), self.period(window, "the window"));
        let (share, window_ms) = (share?, window_ms?);
        let several = slo.objectives.len() > 1;
        let each = slo.objectives.iter().map(|objective| {
            let limit = self.burn(body.span, slo, objective, share, window_ms)?;
            let (part, window) = (percent_text(share), duration_text(window_ms));
            let of = if several { format!(" ({})", objective.metric.name) } else { String::new() };
            Some(Condition {
                span: body.span,
                text: format!("{}{of} burns at most {part} of budget in {window}", slo.name).into(),
                metric: objective.metric.clone(),
                reading: objective.under_ms.map_or(Reading::Whole, Reading::Over),
                advisory: body.advisory,
                lower: false,
                bound: Bound::Burn { slo: slo.clone(), share, window_ms, limit },
            })
        });
        each.collect()
    }

    /// A share of the budget in a window is a rate: share × period ÷ window × (1 − objective).
    fn burn(&mut self, at: Span, slo: &Slo, objective: &Objective, share: Decimal, window_ms: i64) -> Option<Decimal> {
        let budget = Decimal::ONE - objective.objective;
        let limit = share
            .checked_mul(Decimal::from(objective.period_ms))
            .and_then(|n| n.checked_mul(budget))
            .and_then(|n| n.checked_div(Decimal::from(window_ms)))
            .map(|n| n.normalize());
        match limit {
            Some(limit) if limit < Decimal::ONE => Some(limit),
            limit => {
                let rate =
                    limit.map_or_else(String::new, |limit| format!(": it allows {}", percent_text(limit.round_dp(4))));
                let message = format!("this condition can never fail{rate}");
                let longest = share * budget * Decimal::from(objective.period_ms);
                let longest = duration_text(whole_minutes(longest));
                let diagnostic = Diagnostic::error(codes::NEVER_FIRES, at, message)
                    .label("even if every request were bad, less of the budget would be gone")
                    .also(slo.span, "the objective that it follows from")
                    .help(format!("allow less of the budget, or look over at least {longest}"));
                self.report(diagnostic);
                None
            }
        }
    }

    /// `pause when M > L` in its one form.
    pub(super) fn pause_text(&mut self, metric: &Metric, op: syntax::ast::BinaryOp, limit: &Core) -> Option<SmolStr> {
        match self.value(limit) {
            other @ (Value::Parameter(_) | Value::Error) => self.not_constant(limit, &other),
            amount => Some(format!("{} {} {}", metric.name, op.text(), display::text(&amount)).into()),
        }
    }
}

/// Whether what is read is a share of requests, which the judges of counts decide.
pub(super) fn is_share(metric: &Metric, reading: &Reading) -> bool {
    match reading {
        Reading::Whole => metric.kind == MetricKind::Ratio,
        Reading::Over(_) => true,
        Reading::Quantile(_) => false,
    }
}

/// The condition in its one form: the plan carries it, and no other spelling of it may void an approval.
fn written(metric: &Metric, reading: &Reading, lower: bool, bound: &Bound, gate: &GateBody) -> SmolStr {
    let read = |arm: Arm| {
        let part = match reading {
            Reading::Whole => String::new(),
            Reading::Quantile(quantile) => format!(".{quantile}"),
            Reading::Over(ms) => format!(".under({})", duration_text(*ms)),
        };
        format!("{}({}){part}", metric.name, arm_word(arm))
    };
    let over = matches!(reading, Reading::Over(_));
    let factor = |times: &Decimal| match *times == Decimal::ONE {
        true => String::new(),
        false => format!(" * {}", times.normalize()),
    };
    let other = || gate.against.map(read).unwrap_or_default();
    let limit = match bound {
        Bound::Burn { .. } => String::new(),
        Bound::Constant(limit) => percent_text(if over { Decimal::ONE - *limit } else { *limit }),
        Bound::Limit(limit) => display::text(limit),
        Bound::Against { times, plus } => {
            format!("{}{}{}", other(), factor(times), margin(if over { -*plus } else { *plus }))
        }
        Bound::Beside { times, plus } => {
            let sign = if lower { '-' } else { '+' };
            let plus = plus.as_ref().map(|plus| format!(" {sign} {}", display::text(plus))).unwrap_or_default();
            format!("{}{}{plus}", other(), factor(times))
        }
    };
    let op = if over || lower { ">=" } else { "<=" };
    format!("{} {op} {limit}", read(gate.arm)).into()
}

/// ` + 2pp`, ` - 0.1pp`, or nothing.
fn margin(plus: Decimal) -> String {
    let points = percent_text(plus.abs()).replace('%', "pp");
    match plus.cmp(&Decimal::ZERO) {
        Ordering::Less => format!(" - {points}"),
        Ordering::Equal => String::new(),
        Ordering::Greater => format!(" + {points}"),
    }
}

/// The next whole minute behind it.
fn whole_minutes(ms: Decimal) -> i64 {
    use rust_decimal::prelude::ToPrimitive;
    let minutes = (ms / Decimal::from(MINUTE_MS)).floor().to_i64().unwrap_or(0);
    minutes.saturating_add(1).saturating_mul(MINUTE_MS)
}

const MINUTE_MS: i64 = 60_000;
