//! Metrics: their kind decides their fields.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Expr, ExprKind, Field, Metric, TypeKind, TypeRef};

use super::Elaborator;
use super::entity::library_union;
use crate::core::{Body, Core, MetricBody};
use crate::model::MetricKind;
use crate::types::Type;

/// What a ratio selects.
const SELECTOR: &str = "std.proxy.Selector";
/// What every provider of metrics answers.
const STANDARD: &str = "std.metrics.Standard";

impl Elaborator<'_> {
    /// The kind that a metric's header names.
    pub(crate) fn metric_kind(&mut self, mention: &TypeRef) -> Option<MetricKind> {
        let TypeKind::Named(name, args) = &mention.kind else { return None };
        let found = MetricKind::ALL.into_iter().find(|kind| kind.word() == name.text && args.is_empty());
        if found.is_none() {
            let words: Vec<&str> = MetricKind::ALL.iter().map(|kind| kind.word()).collect();
            self.unknown_word(codes::BAD_TYPE, name, "a kind of metric", &words);
        }
        found
    }

    pub(super) fn metric(&mut self, metric: &Metric) -> Body {
        // The signature has reported what is wrong with the header.
        let reported = self.diagnostics.len();
        let kind = self.metric_kind(&metric.ty);
        self.diagnostics.truncate(reported);
        let Some(kind) = kind else { return Body::Nothing };
        let mut body =
            MetricBody { kind, inverted: false, selector: None, total: None, usual: None, value: None, range: None };
        let known = known_fields(kind);
        let before = self.diagnostics.len();
        for field in self.once(&metric.fields) {
            match field.name.text.as_str() {
                word if !known.contains(&word) => self.unknown_field(field, &metric.name.text, known),
                "bad" | "good" => self.selected(&mut body, field),
                "total" => body.total = Some(self.selector(&field.value, SELECTOR, "`total`")),
                "usual" => body.usual = Some(self.expect(&field.value, &Type::Ratio, "`usual`")),
                "range" => body.range = Some(self.range_of(&field.value)),
                _ => body.value = Some(self.selector(&field.value, STANDARD, "`value`")),
            }
        }
        if self.diagnostics.len() == before && !metric.fields.incomplete {
            match kind {
                MetricKind::Ratio if body.selector.is_none() => {
                    self.mandatory(&metric.name, &metric.fields, &["bad"]);
                }
                MetricKind::Ratio => self.mandatory(&metric.name, &metric.fields, &["total"]),
                MetricKind::Distribution | MetricKind::Mean | MetricKind::Gauge | MetricKind::Counter => {
                    self.mandatory(&metric.name, &metric.fields, &["value"]);
                }
            }
        }
        Body::Metric(body)
    }

    /// A case of the union, or a query.
    fn selector(&mut self, value: &Expr, union: &str, what: &str) -> Core {
        if self.is_query(value) {
            return self.expect(value, &Type::PromQl, what);
        }
        self.expect(value, &library_union(union), what)
    }

    fn is_query(&mut self, value: &Expr) -> bool {
        let named = match &value.kind {
            ExprKind::Foreign(..) => return true,
            ExprKind::Name(word) => self.target(word).is_some() || self.local(word).is_some(),
            ExprKind::Call(callee, _) => {
                matches!(&callee.kind, ExprKind::Name(word) if self.target(word).is_some())
            }
            _ => false,
        };
        if !named {
            return false;
        }
        let reported = self.diagnostics.len();
        let (_, ty) = self.infer(value);
        self.diagnostics.truncate(reported);
        ty == Type::PromQl
    }

    fn range_of(&mut self, value: &Expr) -> Core {
        let (core, ty) = self.infer(value);
        if !matches!(ty, Type::Range(_) | Type::Error) {
            let message = "`range` is the least and the largest value of one observation: `0.00 EUR..0.10 EUR`";
            self.report(Diagnostic::error(codes::TYPE_MISMATCH, core.span, message));
            return Core::error(core.span);
        }
        core
    }

    fn selected(&mut self, body: &mut MetricBody, field: &Field) {
        let name = &field.name.text;
        let selector = self.selector(&field.value, SELECTOR, &format!("`{name}`"));
        if body.selector.is_some() {
            let message = "a metric says what is `bad` or what is `good`, not both";
            let at = self.span(field.name.range);
            return self.report(Diagnostic::error(codes::DUPLICATE_FIELD, at, message).help("keep one of them"));
        }
        body.inverted = name == "good";
        body.selector = Some(selector);
    }
}

fn known_fields(kind: MetricKind) -> &'static [&'static str] {
    match kind {
        MetricKind::Ratio => &["bad", "good", "total", "usual"],
        MetricKind::Mean => &["value", "range"],
        MetricKind::Distribution | MetricKind::Gauge | MetricKind::Counter => &["value"],
    }
}
