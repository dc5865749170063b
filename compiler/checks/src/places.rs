//! The rollouts, stages and waits of a workflow, wherever they stand.

use diagnostics::Diagnostic;
use rust_decimal::Decimal;
use semantics::model::{
    Approval, Bind, Check, Environment, Gate, Rollout, Run, Service, Stage, Step, StepKind, Workflow,
};

/// What the checks look at.
pub(crate) struct Places<'w> {
    pub(crate) rollouts: Vec<&'w Rollout>,
    pub(crate) checks: Vec<(&'w Step, &'w Check)>,
    pub(crate) approvals: Vec<(&'w Step, &'w Approval)>,
    pub(crate) runs: Vec<(&'w Step, &'w Run)>,
}

impl<'w> Places<'w> {
    /// Of all steps, those on failure included.
    pub(crate) fn of(workflow: &'w Workflow) -> Self {
        let mut places = Self { rollouts: Vec::new(), checks: Vec::new(), approvals: Vec::new(), runs: Vec::new() };
        places.gather(&workflow.steps);
        places
    }

    fn gather(&mut self, steps: &'w [Step]) {
        for step in steps {
            match &step.kind {
                StepKind::Rollout(rollout) => self.rollouts.push(rollout),
                StepKind::Check(check) => self.checks.push((step, check)),
                StepKind::Approval(approval) => self.approvals.push((step, approval)),
                StepKind::Run(run) => self.runs.push((step, run)),
            }
            self.gather(&step.on_failure);
        }
    }

    /// Every stage with a guard.
    pub(crate) fn guarded(&self) -> impl Iterator<Item = (&'w Rollout, &'w Stage, &'w Gate)> {
        self.rollouts.iter().flat_map(|rollout| {
            let stages = rollout.strategy.stages.iter();
            stages.filter_map(|stage| Some((*rollout, stage, &**stage.guard.as_ref()?)))
        })
    }
}

/// What the rollout's environment binds for its service.
pub(crate) fn bind(rollout: &Rollout) -> Option<&Bind> {
    bound(&rollout.environment, &rollout.service)
}

/// What an environment binds for a service.
pub(crate) fn bound<'e>(environment: &'e Environment, service: &Service) -> Option<&'e Bind> {
    environment.binds.iter().find(|bind| bind.service == service.name)
}

/// Instances of the service at full weight.
pub(crate) fn replicas(rollout: &Rollout) -> Decimal {
    Decimal::from(bind(rollout).map_or(1, |bind| bind.replicas))
}

/// With the place where the strategy is used. A strategy of another file is right for other arguments, so there
/// the use is what is wrong.
pub(crate) fn used(mut diagnostic: Diagnostic, rollout: &Rollout) -> Diagnostic {
    let strategy = &rollout.strategy;
    if diagnostic.primary.span == strategy.span {
        return diagnostic;
    }
    if diagnostic.primary.span.file == strategy.span.file {
        return diagnostic.also(strategy.span, format!("`{}` is used here", strategy.name));
    }
    let stage = std::mem::replace(&mut diagnostic.primary.span, strategy.span);
    diagnostic.also(stage, "this stage")
}
