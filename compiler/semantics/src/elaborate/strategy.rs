//! Strategies: stages with typed weights, instances, holds and guards.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{BinaryOp, Expr, Instances, Pause, Stage, StageEntry, Strategy};

use super::Elaborator;
use super::entity::library_union;
use crate::core::{Body, Core, InstancesBody, OneStage, PauseBody, StageBody, StrategyBody};
use crate::model::MetricKind;
use crate::queries::source::Kind;
use crate::types::Type;

/// Whom a stage is for.
const COHORT: &str = "std.traffic.Cohort";
/// What keeps a user on one side.
const KEY: &str = "std.traffic.Key";

impl Elaborator<'_> {
    pub(super) fn strategy(&mut self, strategy: &Strategy) -> Body {
        let defaults = self.defaults(None, &strategy.params);
        self.parameters(&strategy.params);
        let guard = self.guard(strategy.guard.as_ref());
        if strategy.stages.is_empty() {
            let message = format!("strategy `{}` has no stages", strategy.name.text);
            let diagnostic = Diagnostic::error(codes::NOT_TO_FULL, self.span(strategy.name.range), message);
            self.report(diagnostic.help("the shortest strategy is `{ 100% }`"));
        }
        let stages = self.stages(&strategy.stages);
        Body::Strategy(StrategyBody { defaults, guard, stages })
    }

    fn stages(&mut self, entries: &[StageEntry]) -> Vec<StageBody> {
        entries.iter().filter_map(|entry| self.stage_entry(entry)).collect()
    }

    fn stage_entry(&mut self, entry: &StageEntry) -> Option<StageBody> {
        self.watch(entry.range());
        match entry {
            StageEntry::Accept(_) | StageEntry::Error(_) => None,
            StageEntry::Stage(stage) => Some(StageBody::Stage(Box::new(self.stage(stage)))),
            StageEntry::For { binder, list, stages, .. } => {
                let (list, ty) = self.infer(list);
                let element = match ty {
                    Type::List(of) => *of,
                    Type::Error => Type::Error,
                    other => {
                        let message = format!("`for` goes over a list, but this is {}", other.with_article());
                        self.report(Diagnostic::error(codes::TYPE_MISMATCH, list.span, message));
                        Type::Error
                    }
                };
                self.warn_shadowing(binder);
                self.note_brought(binder, &element);
                self.locals.push((binder.text.clone(), element));
                let stages = self.stages(stages);
                self.locals.pop();
                Some(StageBody::For { binder: binder.text.clone(), list, stages })
            }
        }
    }

    fn stage(&mut self, stage: &Stage) -> OneStage {
        OneStage {
            weight: self.expect(&stage.weight, &Type::Ratio, if stage.mirrored { "`mirror`" } else { "the weight" }),
            mirrored: stage.mirrored,
            cohort: stage.cohort.as_ref().map(|of| self.expect(of, &library_union(COHORT), "the cohort")),
            sticky: stage.sticky.as_ref().map(|key| self.expect(key, &library_union(KEY), "`sticky by`")),
            surge: stage.surge.as_ref().map(|share| self.expect(share, &Type::Ratio, "`surge`")),
            unavailable: stage.unavailable.as_ref().map(|share| self.expect(share, &Type::Ratio, "`unavailable`")),
            after_stop: stage.after_stop.map(|range| self.span(range)),
            pause: stage.pause.as_ref().and_then(|pause| self.pause(pause)),
            instances: stage.instances.as_ref().map(|instances| match instances {
                Instances::Count(count) => {
                    InstancesBody::Count(self.expect(count, &Type::Int, "the number of instances"))
                }
                Instances::Share(share) => {
                    InstancesBody::Share(self.expect(share, &Type::Ratio, "the share of the replicas"))
                }
            }),
            keeping: stage.keeping.as_ref().map(|share| self.expect(share, &Type::Ratio, "`keeping`")),
            hold: stage.hold.as_ref().map(|time| self.expect(time, &Type::Duration, "the hold")),
            guard: self.guard(stage.guard.as_ref()),
        }
    }

    /// `pause when M > L`
    pub(super) fn pause(&mut self, pause: &Pause) -> Option<PauseBody> {
        let metric = self.declared(&pause.metric, Kind::Metric);
        let limit = self.amount(&pause.limit, "the limit");
        let span = self.span(pause.range);
        if !matches!(pause.op, BinaryOp::Greater | BinaryOp::AtLeast | BinaryOp::Less | BinaryOp::AtMost) {
            let message = format!("a pause has a limit: `>` or `<`, not `{}`", pause.op.text());
            self.report(Diagnostic::error(codes::BAD_CONDITION, span, message));
            return None;
        }
        let metric = metric?;
        let kind = self.metric_kind_of(&metric)?;
        if kind == MetricKind::Distribution {
            let message = format!("`{}` is a Distribution: a pause needs one value", metric.name);
            self.report(
                Diagnostic::error(codes::NOT_COMPARABLE, span, message).help("use a Gauge, such as `replica_lag`"),
            );
            return None;
        }
        Some(PauseBody { span, metric, op: pause.op, limit })
    }

    fn guard(&mut self, guard: Option<&Expr>) -> Option<Core> {
        guard.map(|gate| self.gate_value(gate, None, "a guard"))
    }
}
