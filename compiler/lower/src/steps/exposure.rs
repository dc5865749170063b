//! Flags and mirrored requests.

use plan::{Expose, ExposeStage, Guard, Mirror, NodeId, Work};
use rust_decimal::Decimal;
use semantics::model::{self, Step};

use super::Frontier;
use crate::lowering::Lowering;

impl Lowering<'_> {
    /// One node for each stage: its share, then its hold.
    pub(super) fn expose(&mut self, step: &Step, expose: &model::Expose, after: Frontier) -> Frontier {
        let (environment, flag) = (self.environment(&expose.environment), self.flag(&expose.flag));
        let base = self.tell_apart(&format!("expose-{flag}-in-{environment}"));
        let cohort = expose.cohort.as_ref().map(ToString::to_string);
        let whole = |stage| Expose {
            flag: flag.clone(),
            step: base.clone(),
            environment: environment.clone(),
            cohort: cohort.clone(),
            stage,
        };
        let Some(strategy) = &expose.strategy else {
            let stage = ExposeStage::at_once(self.share(expose.share, step.span));
            return vec![self.outside(base.clone(), step, after, Work::Expose(whole(stage)))];
        };
        let mut labels = crate::names::Repeats::default();
        strategy.stages.iter().fold(after, |after, stage| {
            let stage = self.exposure_stage(strategy, stage, expose.share);
            let id = format!("{base}/{}", labels.tell_apart(&stage.share.to_string()));
            vec![self.outside(id, step, after, Work::Expose(whole(stage)))]
        })
    }

    fn exposure_stage(&mut self, strategy: &model::Strategy, stage: &model::Stage, of: Decimal) -> ExposeStage {
        let mut value = |value: &Option<_>| value.as_ref().map(|value| self.json(value, stage.span));
        let (cohort, sticky) = (value(&stage.cohort), value(&stage.sticky));
        let weight = stage.weight.checked_mul(of).unwrap_or(stage.weight);
        ExposeStage {
            share: self.share(weight, stage.span),
            cohort,
            sticky,
            hold_ms: self.milliseconds(stage.hold_ms, stage.span),
            guard: stage.guard.as_ref().map(|gate| self.exposure_guard(strategy, gate)),
            pause: stage.pause.as_ref().map(|pause| self.pause(pause)),
        }
    }

    fn exposure_guard(&mut self, strategy: &model::Strategy, gate: &model::Gate) -> Guard {
        let holds = strategy.stages.iter().filter_map(|stage| stage.guard.as_ref());
        let holds = holds.filter(|guard| guard.span == gate.span).count();
        let shares = u32::try_from(holds * gate.conditions.len()).unwrap_or(u32::MAX).max(1);
        Guard { gate: self.gate(gate), continuous: true, shares }
    }

    pub(super) fn mirror(&mut self, step: &Step, mirror: &model::Mirror, after: Frontier) -> NodeId {
        let (service, environment) = self.placed(&mirror.service, &mirror.environment);
        let id = self.step_id(&format!("mirror-{service}-in-{environment}"));
        let (artifact, overrides) = self.release(&mirror.release, step.span);
        let guard = mirror.guard.as_ref().map(|gate| Guard {
            gate: self.gate(gate),
            continuous: true,
            shares: u32::try_from(gate.conditions.len()).unwrap_or(u32::MAX).max(1),
        });
        let work = Work::Mirror(Mirror {
            service,
            environment,
            artifact,
            overrides,
            share: self.share(mirror.share, step.span),
            duration_ms: self.milliseconds(mirror.hold_ms, step.span),
            guard,
        });
        self.outside(id, step, after, work)
    }
}
