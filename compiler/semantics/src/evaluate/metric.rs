//! Metrics and objectives as values.

use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::{Evaluator, order};
use crate::core::{Core, MetricBody, ObjectiveBody, SloBody};
use crate::model::{self, MetricKind};
use crate::queries::signature::{Signature, signature_of};
use crate::queries::value::{Entity, entity_of};
use crate::types::DeclId;
use crate::value::{Fields, Value};

impl Evaluator<'_> {
    pub(super) fn metric(&mut self, id: &DeclId, body: &MetricBody) -> Option<Entity> {
        let mut metric = model::Metric {
            name: id.name.clone(),
            span: self.named_at(),
            kind: body.kind,
            bad: Value::None,
            total: Value::None,
            value: Value::None,
            usual: None,
            range: None,
        };
        if body.kind == MetricKind::Ratio {
            self.ratio_metric(body, &mut metric)?;
        } else {
            metric.value = self.value(body.value.as_ref()?);
            metric.range = match &body.range {
                Some(core) => Some(self.observed(core)?),
                None => None,
            };
        }
        Some(Entity::Metric(Arc::new(metric)))
    }

    /// The least and the largest value of one observation.
    fn observed(&mut self, core: &Core) -> Option<(Value, Value)> {
        let value = self.value(core);
        let Value::Range(low, high) = value else { return self.not_constant(core, &value) };
        if order(&low, &high) == Some(std::cmp::Ordering::Less) {
            return Some((*low, *high));
        }
        let message = "the least value of an observation lies below the largest";
        self.report(Diagnostic::error(codes::BACKWARD_RANGE, core.span, message));
        None
    }

    fn ratio_metric(&mut self, body: &MetricBody, metric: &mut model::Metric) -> Option<()> {
        metric.usual = match &body.usual {
            Some(core) => Some(self.share(core, "`usual`")?),
            None => None,
        };
        let (selector, total) = (body.selector.as_ref()?, body.total.as_ref()?);
        let selected = self.value(selector);
        metric.total = self.value(total);
        metric.bad = if body.inverted { self.complement(selector.span, selected)? } else { selected };
        if let (Some(chosen), Some(of)) = (listed(&metric.bad), listed(&metric.total))
            && !of.is_empty()
            && (chosen.is_empty() || chosen.iter().any(|it| !of.contains(it)))
        {
            let message = "what is bad is no part of `total`, so this is no share of it";
            let diagnostic = Diagnostic::error(codes::IMPOSSIBLE_VALUE, selector.span, message)
                .help("name under `total` whatever can be bad, or all: `total = responses()`");
            self.report(diagnostic);
            return None;
        }
        Some(())
    }

    /// What is bad, from what is good: the cases that a list of cases leaves out.
    fn complement(&mut self, at: Span, good: Value) -> Option<Value> {
        if let Value::PromQl(_) = good {
            let message = "what a query leaves out cannot be told: say what is `bad`";
            self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, at, message));
            return None;
        }
        let Value::Case(of, case, fields) = good else { return None };
        let (name, listed) = match fields.into_iter().collect::<Vec<_>>().as_slice() {
            [(name, Value::List(listed))] => (name.clone(), listed.clone()),
            _ => return self.no_complement(at),
        };
        let Some(Value::Case(element, ..)) = listed.first() else { return self.no_complement(at) };
        let Signature::Union { cases } = signature_of(self.db, &DeclId::of_full(element)) else { return None };
        let chosen =
            |word: &SmolStr| listed.iter().any(|value| matches!(value, Value::Case(_, known, _) if known == word));
        let rest: Vec<Value> = cases
            .iter()
            .filter(|(word, slots)| slots.is_empty() && !chosen(word))
            .map(|(word, _)| Value::Case(element.clone(), word.clone(), Fields::new()))
            .collect();
        if rest.is_empty() {
            return self.no_complement(at);
        }
        Some(Value::Case(of, case, Fields::from([(name, Value::List(rest))])))
    }

    fn no_complement<T>(&mut self, at: Span) -> Option<T> {
        let diagnostic = Diagnostic::error(codes::IMPOSSIBLE_VALUE, at, "this leaves nothing that is bad")
            .help("list what is good, or say what is `bad`");
        self.report(diagnostic);
        None
    }

    pub(super) fn slo(&mut self, id: &DeclId, body: &SloBody) -> Option<Entity> {
        let objectives: Vec<_> = body.objectives.iter().map(|it| self.objective(it)).collect();
        let slo = model::Slo {
            name: id.name.clone(),
            span: self.named_at(),
            service: body.service.clone(),
            objectives: objectives.into_iter().collect::<Option<_>>()?,
        };
        Some(Entity::Slo(Arc::new(slo)))
    }

    fn objective(&mut self, body: &ObjectiveBody) -> Option<model::Objective> {
        let objective = self.share(&body.target, "the share that must be good");
        let period_ms = self.period(&body.period, "the period");
        let under_ms = match &body.under {
            Some(core) => Some(self.period(core, "`under`")?),
            None => None,
        };
        let objective = objective?;
        if objective.is_zero() || objective == Decimal::ONE {
            let message = "an objective lies between 0% and 100%: at 100% there is no budget, at 0% nothing is kept";
            self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, body.target.span, message));
            return None;
        }
        let Entity::Metric(metric) = entity_of(self.db, &body.metric) else { return None };
        Some(model::Objective { metric: metric.clone(), under_ms, objective, period_ms: period_ms? })
    }
}

/// The cases that a selector chooses; all of them when it lists none.
fn listed(selector: &Value) -> Option<&[Value]> {
    let Value::Case(_, _, fields) = selector else { return None };
    let mut fields = fields.values();
    match (fields.next(), fields.next()) {
        (Some(Value::List(listed)), None) => Some(listed),
        _ => None,
    }
}
