//! Events of a simulated run: what happens, and when.

use diagnostics::{Diagnostic, codes};
use smol_str::SmolStr;
use syntax::ast::{Event, EventKind, Expr, ExprKind, Moment, Name};

use super::Elaborator;
use crate::core::{EventBody, EventKindBody, MomentBody};
use crate::model::MetricKind;
use crate::queries::source::Kind;
use crate::types::{DeclId, Type};

/// The quantiles of a distribution that can be scripted.
const PARTS: [&str; 4] = ["p50", "p90", "p95", "p99"];
/// The arms of which a metric can be scripted, or whose instances can be.
const ARMS: [&str; 6] = ["canary", "stable", "baseline", "previous", "shadow", "service"];

impl Elaborator<'_> {
    pub(super) fn event(&mut self, event: &Event) -> Option<EventBody> {
        let kind = self.event_kind(&event.kind);
        let at = event.at.as_ref().map(|at| self.moment(at));
        let lasts = event.lasts.as_ref().map(|it| self.expect(it, &Type::Duration, "`for`"));
        let at = match at {
            Some(moment) => Some(moment?),
            None => None,
        };
        Some(EventBody { span: self.span(event.range), kind: kind?, at, lasts })
    }

    fn event_kind(&mut self, kind: &EventKind) -> Option<EventKindBody> {
        match kind {
            EventKind::Crash => Some(EventKindBody::Crash),
            EventKind::Silent => Some(EventKindBody::Silent),
            EventKind::Unready(arm) => self.scripted_arm(arm).map(EventKindBody::Unready),
            EventKind::Fails { action, times } => {
                let action = self.declared(action, Kind::Action);
                let times = times.as_ref().map(|it| self.expect(it, &Type::Int, "`times`"));
                Some(EventKindBody::Fails { action: action?, times })
            }
            EventKind::Approval { answer, by } => {
                let by = by.as_ref().map(|it| self.expect(it, &Type::String, "`by`"));
                Some(EventKindBody::Approval { answer: answer.text.clone(), by })
            }
            EventKind::Metric { reading, value } => self.scripted(reading, value),
        }
    }

    /// `errors(canary) = 3%`, `latency(canary).p95 = 900ms`
    fn scripted(&mut self, reading: &Expr, value: &Expr) -> Option<EventKindBody> {
        let (call, part) = match &reading.kind {
            ExprKind::Field(of, part) => (&**of, Some(part)),
            _ => (reading, None),
        };
        let ExprKind::Call(callee, args) = &call.kind else { return self.unscripted(reading) };
        let (ExprKind::Name(word), [arm]) = (&callee.kind, args.as_slice()) else { return self.unscripted(reading) };
        let ExprKind::Name(arm_word) = &arm.value.kind else { return self.unscripted(reading) };
        let metric = self.declared(&Name { text: word.clone(), range: callee.range }, Kind::Metric);
        let arm = self.scripted_arm(&Name { text: arm_word.clone(), range: arm.value.range });
        let metric = metric?;
        let what = format!("`{word}`");
        let value = match self.reading_type(&metric, part, reading)? {
            Some(ty) => self.expect(value, &ty, &what),
            None => self.amount(value, &what),
        };
        Some(EventKindBody::Metric { metric, arm: arm?, part: part.map(|name| name.text.clone()), value })
    }

    /// What a metric reads in, `.p95` and the like included; the inner option is empty where any amount will do.
    fn reading_type(&mut self, metric: &DeclId, part: Option<&Name>, at: &Expr) -> Option<Option<Type>> {
        match (self.metric_kind_of(metric)?, part) {
            (MetricKind::Ratio, None) => Some(Some(Type::Ratio)),
            (MetricKind::Distribution, Some(part)) if PARTS.contains(&part.text.as_str()) => Some(Some(Type::Duration)),
            (MetricKind::Distribution, Some(part)) => {
                self.unknown_word(codes::UNKNOWN_FIELD, part, "a quantile that is read", &PARTS);
                None
            }
            (MetricKind::Distribution, None) => {
                let message = format!("`{}` is a Distribution: it has no single value", metric.name);
                let place = self.span(at.range);
                self.report(Diagnostic::error(codes::NOT_COMPARABLE, place, message).help("give a quantile: `.p95`"));
                None
            }
            (MetricKind::Mean | MetricKind::Gauge | MetricKind::Counter, None) => Some(None),
            (kind, Some(part)) => {
                let message = format!("a {} has no part `{}`", kind.word(), part.text);
                self.report(Diagnostic::error(codes::UNKNOWN_FIELD, self.span(part.range), message));
                None
            }
        }
    }

    fn unscripted(&mut self, reading: &Expr) -> Option<EventKindBody> {
        if !matches!(reading.kind, ExprKind::Error) {
            let message = "only a metric of an arm can be given a value";
            let diagnostic = Diagnostic::error(codes::TEST_ENTRY, self.span(reading.range), message);
            self.report(diagnostic.help("write `errors(canary) = 3%`"));
        }
        None
    }

    fn scripted_arm(&mut self, arm: &Name) -> Option<SmolStr> {
        if ARMS.contains(&arm.text.as_str()) {
            return Some(arm.text.clone());
        }
        self.unknown_word(codes::UNKNOWN_ARM, arm, "an arm", &ARMS);
        None
    }

    pub(super) fn moment(&mut self, moment: &Moment) -> Option<MomentBody> {
        match moment {
            Moment::Time(time) => Some(MomentBody::Time(self.expect(time, &Type::Duration, "the time"))),
            Moment::Stage { weight, service, environment, range } => {
                let weight = self.expect(weight, &Type::Ratio, "the stage's weight");
                let service = service.as_ref().map(|name| self.declared(name, Kind::Service));
                let environment = environment.as_ref().map(|name| self.declared(name, Kind::Environment));
                let (service, environment) = (some(service)?, some(environment)?);
                Some(MomentBody::Stage { span: self.span(*range), weight, service, environment })
            }
        }
    }
}

/// Nothing if something is written that stands for nothing.
#[allow(clippy::option_option, reason = "written or not, and known or not, are two questions")]
fn some<T>(written: Option<Option<T>>) -> Option<Option<T>> {
    match written {
        Some(known) => known.map(Some),
        None => Some(None),
    }
}
