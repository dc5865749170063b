//! Services, metrics and objectives as values.

use std::collections::BTreeMap;
use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes};
use rust_decimal::Decimal;
use smol_str::SmolStr;

use super::Evaluator;
use crate::core::{Core, MetricBody, ServiceBody, SloBody};
use crate::model;
use crate::queries::signature::{Signature, signature_of};
use crate::queries::value::{Entity, entity_of};
use crate::types::DeclId;
use crate::value::{Piece, Value};

impl Evaluator<'_> {
    pub(super) fn service(&mut self, id: &DeclId, body: &ServiceBody) -> Option<Entity> {
        let outside = match &body.id {
            Some(core) => self.outside_name(core),
            None => Some(id.name.replace('_', "-").into()),
        };
        let artifact = body.artifact.as_ref().map(|core| self.value(core));
        let runs = body.runs.as_ref().map(|core| self.value(core));
        let service = model::Service {
            name: id.name.clone(),
            id: outside?,
            span: self.named_at(),
            artifact: artifact?,
            runs: runs?,
        };
        Some(Entity::Service(Arc::new(service), body.provider.clone()?))
    }

    /// Labels and host names are made of it.
    pub(super) fn outside_name(&mut self, core: &Core) -> Option<SmolStr> {
        let value = self.value(core);
        let Value::Text(pieces) = &value else { return self.not_constant(core, &value) };
        let text: String = pieces.iter().filter_map(known).collect();
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let edges = text.starts_with('-') || text.ends_with('-');
        if !text.is_empty() && text.len() <= 63 && text.chars().all(fits) && !edges {
            return Some(text.into());
        }
        let message = "an `id` is made of `a`..`z`, `0`..`9` and `-` inside, at most 63";
        self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message));
        None
    }

    pub(super) fn metric(&mut self, id: &DeclId, body: &MetricBody) -> Option<Entity> {
        let usual = match &body.usual {
            Some(core) => Some(self.share(core, "`usual`")?),
            None => None,
        };
        let (selector, total) = (body.selector.as_ref()?, body.total.as_ref()?);
        let selected = self.value(selector);
        let total = self.value(total);
        let bad = if body.inverted { self.complement(selector.span, selected)? } else { selected };
        if let (Some(chosen), Some(of)) = (listed(&bad), listed(&total))
            && !of.is_empty()
            && (chosen.is_empty() || chosen.iter().any(|it| !of.contains(it)))
        {
            let message = "what is bad is no part of `total`, so this is no share of it";
            let diagnostic = Diagnostic::error(codes::IMPOSSIBLE_VALUE, selector.span, message)
                .help("name under `total` whatever can be bad, or all: `total = responses()`");
            self.report(diagnostic);
            return None;
        }
        let metric = model::Metric { name: id.name.clone(), span: self.named_at(), bad, total, usual };
        Some(Entity::Metric(Arc::new(metric)))
    }

    /// What is bad, from what is good: the cases that a list of cases leaves out.
    fn complement(&mut self, at: Span, good: Value) -> Option<Value> {
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
            .map(|(word, _)| Value::Case(element.clone(), word.clone(), BTreeMap::new()))
            .collect();
        if rest.is_empty() {
            return self.no_complement(at);
        }
        Some(Value::Case(of, case, BTreeMap::from([(name, Value::List(rest))])))
    }

    fn no_complement<T>(&mut self, at: Span) -> Option<T> {
        let diagnostic = Diagnostic::error(codes::IMPOSSIBLE_VALUE, at, "this leaves nothing that is bad")
            .help("list what is good, or say what is `bad`");
        self.report(diagnostic);
        None
    }

    pub(super) fn slo(&mut self, id: &DeclId, body: &SloBody) -> Option<Entity> {
        let objective = self.share(&body.target, "the share that must be good");
        let period_ms = self.period(&body.period, "the period");
        let objective = objective?;
        if objective.is_zero() || objective == Decimal::ONE {
            let message = "an objective lies between 0% and 100%: at 100% there is no budget, at 0% nothing is kept";
            self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, body.target.span, message));
            return None;
        }
        let Entity::Metric(metric) = entity_of(self.db, &body.metric) else { return None };
        let slo = model::Slo {
            name: id.name.clone(),
            span: self.named_at(),
            service: body.service.clone(),
            metric: metric.clone(),
            objective,
            period_ms: period_ms?,
        };
        Some(Entity::Slo(Arc::new(slo)))
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

fn known(piece: &Piece) -> Option<&str> {
    match piece {
        Piece::Known(text) => Some(text),
        Piece::Parameter(_) | Piece::Output(..) => None,
    }
}
