//! Flags and mirrored requests.

use plan::{Expose, ExposeStage, Guard, Mirror, NodeId, Work};
use semantics::model::{self, Step};

use super::Frontier;
use crate::lowering::Lowering;

impl Lowering<'_> {
    /// One node for each stage: its share, then its hold.
    pub(super) fn expose(&mut self, step: &Step, expose: &model::Expose, after: Frontier) -> Frontier {
        let environment = self.environment(&expose.environment);
        let name = format!("expose-{}-in-{environment}", expose.flag);
        let Some(strategy) = &expose.strategy else {
            let stage = ExposeStage { share: self.share(expose.share, step.span), hold_ms: 0, guard: None };
            let id = self.step_id(&name);
            return vec![self.exposed(step, expose, &environment, id, stage, after)];
        };
        let base = self.tell_apart(&name);
        let mut labels = crate::names::Repeats::default();
        strategy.stages.iter().fold(after, |after, stage| {
            let weight = stage.weight.checked_mul(expose.share).unwrap_or(stage.weight);
            let share = self.share(weight, stage.span);
            let id = format!("{base}/{}", labels.tell_apart(&share.to_string()));
            let guard = stage.guard.as_ref().map(|gate| self.exposure_guard(strategy, gate));
            let stage = ExposeStage { share, hold_ms: self.milliseconds(stage.hold_ms, stage.span), guard };
            vec![self.exposed(step, expose, &environment, id, stage, after)]
        })
    }

    fn exposed(
        &mut self,
        step: &Step,
        expose: &model::Expose,
        environment: &str,
        id: String,
        stage: ExposeStage,
        after: Frontier,
    ) -> NodeId {
        let work = Work::Expose(Expose {
            flag: expose.flag.to_string(),
            environment: environment.to_owned(),
            cohort: expose.cohort.as_ref().map(ToString::to_string),
            stage,
        });
        self.outside(id, step, after, work)
    }

    fn exposure_guard(&mut self, strategy: &model::Strategy, gate: &model::Gate) -> Guard {
        let holds = strategy.stages.iter().filter_map(|stage| stage.guard.as_ref());
        let holds = holds.filter(|guard| guard.span == gate.span).count();
        let shares = u32::try_from(holds * gate.conditions.len()).unwrap_or(u32::MAX).max(1);
        Guard { gate: self.gate(gate), continuous: true, shares }
    }

    pub(super) fn mirror(&mut self, step: &Step, mirror: &model::Mirror, after: Frontier) -> NodeId {
        let (environment, service) = (self.environment(&mirror.environment), self.service(&mirror.service));
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
