//! Events of a simulated run: what happens, and when.

use diagnostics::{Diagnostic, codes};
use smol_str::SmolStr;
use syntax::ast::{Arg, Event, EventKind, Expr, ExprKind, Moment, Name};

use super::Elaborator;
use super::condition::{call, written};
use crate::core::{EventBody, EventKindBody, MomentBody, PartBody};
use crate::model::MetricKind;
use crate::queries::source::Kind;
use crate::types::Type;

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

    /// `errors(canary) = 3%`, `latency(canary).p95 = 900ms`, `latency(canary).under(300ms) = 90%`
    fn scripted(&mut self, reading: &Expr, value: &Expr) -> Option<EventKindBody> {
        let written = written(reading);
        let Some((callee, [Arg { name: None, value: arm }])) = call(written.call) else {
            return self.unscripted(reading);
        };
        let ExprKind::Name(arm_word) = &arm.kind else { return self.unscripted(reading) };
        let metric = self.declared(&callee, Kind::Metric);
        let arm = self.scripted_arm(&Name { text: arm_word.clone(), range: arm.range });
        let metric = metric?;
        let kind = self.metric_kind_of(&metric)?;
        let part = self.part(&metric, kind, &written, self.span(reading.range))?;
        let what = format!("`{}`", metric.name);
        let value = match (&part, kind) {
            (PartBody::Quantile(_), _) => self.expect(value, &Type::Duration, &what),
            (PartBody::Under(_), _) | (PartBody::Whole, MetricKind::Ratio | MetricKind::Distribution) => {
                self.expect(value, &Type::Ratio, &what)
            }
            (PartBody::Whole, MetricKind::Mean | MetricKind::Gauge | MetricKind::Counter) => self.amount(value, &what),
        };
        Some(EventKindBody::Metric { metric, arm: arm?, part, value })
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
