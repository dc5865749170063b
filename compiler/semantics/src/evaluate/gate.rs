//! Gates as values: burn rates become constants.

use std::cmp::Ordering;
use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::Evaluator;
use crate::core::{BoundBody, ConditionBody, Core, GateBody};
use crate::model::{Bound, Condition, Gate, Inconclusive, Metric, Slo};
use crate::queries::value::{Entity, entity_of};
use crate::types::{DeclId, arm_word};
use crate::units::{duration_text, percent_text};
use crate::value::Value;

/// More requests than any gate waits for.
const REQUESTS_MAX: i64 = 1_000_000_000_000;

impl Evaluator<'_> {
    pub(super) fn gate(&mut self, id: &DeclId, body: &GateBody) -> Option<Entity> {
        let at_least = self.int(&body.at_least, "the number of requests", 1, REQUESTS_MAX);
        let confidence = self.confidence(&body.confidence);
        let conditions: Vec<_> = body.conditions.iter().map(|condition| self.condition(condition, body)).collect();
        let extend_ms = match &body.extend {
            Some(core) => self.not_negative(core, "the extension"),
            None => Some(0),
        };
        let warm_up_ms = match &body.warm_up {
            Some(core) => self.not_negative(core, "`warm up`"),
            None => Some(0),
        };
        let gate = Gate {
            name: id.name.clone(),
            span: self.named_at(),
            arm: body.arm,
            against: body.against,
            at_least: u64::try_from(at_least?).ok()?,
            confidence: confidence?,
            conditions: conditions.into_iter().collect::<Option<Vec<_>>>()?,
            inconclusive: Inconclusive { extend_ms: extend_ms?, then: body.then },
            warm_up_ms: warm_up_ms?,
        };
        (!gate.conditions.is_empty()).then(|| Entity::Gate(Arc::new(gate)))
    }

    fn not_negative(&mut self, core: &Core, what: &str) -> Option<i64> {
        let ms = self.duration(core)?;
        if ms >= 0 {
            return Some(ms);
        }
        let message = format!("{what} cannot be less than nothing");
        self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message));
        None
    }

    fn confidence(&mut self, core: &Core) -> Option<Decimal> {
        let share = self.share(core, "`confidence`")?;
        let half = Decimal::new(5, 1);
        if share > half && share < Decimal::ONE {
            return Some(share);
        }
        let message = format!("`confidence` lies between 50% and 100%, but this is {}", percent_text(share));
        let help = "at 100% no verdict is ever reached, at 50% a coin would do";
        self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message).note(help));
        None
    }

    fn condition(&mut self, body: &ConditionBody, gate: &GateBody) -> Option<Condition> {
        let (metric, bound) = match &body.bound {
            BoundBody::Against { metric, times, plus } => {
                (self.metric_of(metric), self.against(body.span, times, plus))
            }
            BoundBody::Constant { metric, limit } => (self.metric_of(metric), self.constant(body.span, limit)),
            BoundBody::Burn { slo, share, window } => {
                let Entity::Slo(slo) = entity_of(self.db, slo) else { return None };
                (Some(slo.metric.clone()), self.burn(body.span, slo, share, window))
            }
        };
        let (metric, bound) = (metric?, bound?);
        let text = written(&metric, &bound, gate);
        Some(Condition { span: body.span, text, metric, bound })
    }

    fn constant(&mut self, at: Span, limit: &Core) -> Option<Bound> {
        let share = self.share(limit, "a limit")?;
        if share < Decimal::ONE {
            return Some(Bound::Constant(share));
        }
        let message = "this condition can never fail: it allows 100%";
        self.report(Diagnostic::error(codes::NEVER_FIRES, at, message).help("allow less"));
        None
    }

    fn metric_of(&self, id: &DeclId) -> Option<Arc<Metric>> {
        match entity_of(self.db, id) {
            Entity::Metric(metric) => Some(metric.clone()),
            _ => None,
        }
    }

    fn against(&mut self, at: Span, times: &Option<Core>, plus: &Option<(bool, Core)>) -> Option<Bound> {
        let times = match times.as_ref().map(|core| (core, self.value(core))) {
            None => Decimal::ONE,
            Some((_, Value::Factor(factor))) => factor,
            Some((_, Value::Int(factor))) => Decimal::from(factor),
            Some((core, other)) => return self.not_constant(core, &other),
        };
        let plus = match plus.as_ref().map(|(negative, core)| (*negative, core, self.value(core))) {
            None => Decimal::ZERO,
            Some((false, _, Value::Points(points))) => points,
            Some((true, _, Value::Points(points))) => -points,
            Some((_, core, other)) => return self.not_constant(core, &other),
        };
        let kept = plus < Decimal::ONE && times >= Decimal::ZERO && times.checked_add(plus)? >= Decimal::ZERO;
        if kept {
            return Some(Bound::Against { times, plus });
        }
        let message = "this limit lies outside 0%..100%, or is 100%, whatever the other arm does";
        self.report(Diagnostic::error(codes::BAD_CONDITION, at, message));
        None
    }

    /// A share of the budget in a window is a rate: share × period ÷ window × (1 − objective).
    fn burn(&mut self, at: Span, slo: &Arc<Slo>, share: &Core, window: &Core) -> Option<Bound> {
        let (share, window_ms) = (self.share(share, "the share of the budget"), self.period(window, "the window"));
        let (share, window_ms) = (share?, window_ms?);
        let budget = Decimal::ONE - slo.objective;
        let limit = share
            .checked_mul(Decimal::from(slo.period_ms))
            .and_then(|n| n.checked_mul(budget))
            .and_then(|n| n.checked_div(Decimal::from(window_ms)))
            .map(|n| n.normalize());
        match limit {
            Some(limit) if limit < Decimal::ONE => Some(Bound::Burn { slo: slo.clone(), share, window_ms, limit }),
            limit => {
                let rate =
                    limit.map_or_else(String::new, |limit| format!(": it allows {}", percent_text(limit.round_dp(4))));
                let message = format!("this condition can never fail{rate}");
                let longest = share * budget * Decimal::from(slo.period_ms);
                let longest = duration_text(whole_seconds(longest));
                let diagnostic = Diagnostic::error(codes::NEVER_FIRES, at, message)
                    .label("even if every request were bad, less of the budget would be gone")
                    .also(slo.span, "the objective that it follows from")
                    .help(format!("allow less of the budget, or look over more than {longest}"));
                self.report(diagnostic);
                None
            }
        }
    }
}

/// The condition in its one form: the plan carries it, and no other spelling of it may void an approval.
fn written(metric: &Metric, bound: &Bound, gate: &GateBody) -> SmolStr {
    let reading = |arm| format!("{}({})", metric.name, arm_word(arm));
    let limit = match (bound, gate.against) {
        (Bound::Burn { slo, share, window_ms, .. }, _) => {
            let (share, window) = (percent_text(*share), duration_text(*window_ms));
            return format!("{} burns at most {share} of budget in {window}", slo.name).into();
        }
        (Bound::Constant(limit), _) => percent_text(*limit),
        (Bound::Against { times, plus }, against) => {
            let factor = if *times == Decimal::ONE { String::new() } else { format!(" * {}", times.normalize()) };
            format!("{}{factor}{}", against.map(reading).unwrap_or_default(), margin(*plus))
        }
    };
    format!("{} <= {limit}", reading(gate.arm)).into()
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

fn whole_seconds(ms: Decimal) -> i64 {
    use rust_decimal::prelude::ToPrimitive;
    let ms = ms.to_i64().unwrap_or(i64::MAX);
    ms - ms % 1_000
}
