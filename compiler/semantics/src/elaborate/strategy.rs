//! Strategies: stages with typed weights, instances, holds and guards.

use diagnostics::{Diagnostic, codes};
use syntax::ast::{Expr, Instances, Stage, StageEntry, Strategy};

use super::Elaborator;
use crate::core::{Body, Core, InstancesBody, OneStage, StageBody, StrategyBody};
use crate::types::Type;

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
                self.locals.push((binder.text.clone(), element));
                let stages = self.stages(stages);
                self.locals.pop();
                Some(StageBody::For { binder: binder.text.clone(), list, stages })
            }
        }
    }

    fn stage(&mut self, stage: &Stage) -> OneStage {
        OneStage {
            weight: self.expect(&stage.weight, &Type::Ratio, "the weight"),
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

    fn guard(&mut self, guard: Option<&Expr>) -> Option<Core> {
        guard.map(|gate| self.gate_value(gate, None, "a guard"))
    }
}
