//! The rollouts, stages and waits of a workflow, wherever they stand.

use std::borrow::Cow;

use crate::asides;
use diagnostics::{Diagnostic, Span};
use rust_decimal::Decimal;
use semantics::model::{
    Approval, Bind, Check, Environment, Expose, Gate, Rollout, Run, Service, Stage, Step, StepKind, Workflow,
};

/// What the checks look at.
pub(crate) struct Places<'w> {
    /// Those of joint rollouts included, one by one.
    pub(crate) rollouts: Vec<Cow<'w, Rollout>>,
    /// What users see without a rollout, in the one stage model: exposures of flags, and mirrored requests.
    pub(crate) asides: Vec<Rollout>,
    pub(crate) exposures: Vec<(&'w Step, &'w Expose)>,
    /// Whether the workflow is an emergency.
    pub(crate) emergency: bool,
    pub(crate) checks: Vec<(&'w Step, &'w Check)>,
    pub(crate) approvals: Vec<(&'w Step, &'w Approval)>,
    pub(crate) runs: Vec<(&'w Step, &'w Run)>,
}

impl<'w> Places<'w> {
    /// Of all steps, those on failure included.
    pub(crate) fn of(workflow: &'w Workflow) -> Self {
        let mut places = Self::empty(workflow.emergency.is_some());
        places.gather(&workflow.steps);
        places.gather(&workflow.finally);
        places
    }

    fn gather(&mut self, steps: &'w [Step]) {
        for step in steps {
            match &step.kind {
                StepKind::Rollout(rollout) => self.rollouts.push(Cow::Borrowed(rollout)),
                StepKind::Together(together) => self.rollouts.extend(together.rollouts().map(Cow::Owned)),
                StepKind::Check(check) => self.checks.push((step, check)),
                StepKind::Approval(approval) => self.approvals.push((step, approval)),
                StepKind::Run(run) | StepKind::Notify(run) => self.runs.push((step, run)),
                StepKind::Expose(expose) => {
                    self.exposures.push((step, expose));
                    self.asides.push(asides::exposed(step, expose));
                }
                StepKind::Mirror(mirror) => self.asides.push(asides::mirrored(step, mirror)),
                StepKind::Wait(_) | StepKind::Rollback(_) | StepKind::Migrate(_) => {}
                StepKind::Parallel(steps) | StepKind::Series(steps) => self.gather(steps),
                StepKind::For(each) => each.rounds.iter().for_each(|round| {
                    self.gather(&round.steps);
                    self.gather(&round.on_failure);
                }),
                StepKind::When(when) => [&when.then, &when.otherwise].into_iter().for_each(|it| self.gather(it)),
            }
            self.gather(&step.on_failure);
        }
    }

    /// Everything that goes by stages: rollouts, exposures of flags, mirrored requests.
    pub(crate) fn staged(&self) -> impl Iterator<Item = &Rollout> {
        self.rollouts.iter().map(|rollout| &**rollout).chain(&self.asides)
    }

    /// Each rollout, each check and each thing beside them by itself, with the declarations that it is made of, and the
    /// rest.
    pub(crate) fn apart(self) -> Vec<(Self, Vec<Span>)> {
        let emergency = self.emergency;
        let none = || Self::empty(emergency);
        let mut parts = vec![(Self { approvals: self.approvals, runs: self.runs, ..none() }, Vec::new())];
        for rollout in self.rollouts {
            let about = vec![rollout.service.span, rollout.environment.span];
            parts.push((Self { rollouts: vec![rollout], ..none() }, about));
        }
        for aside in self.asides {
            let about = vec![aside.service.span, aside.environment.span];
            parts.push((Self { asides: vec![aside], ..none() }, about));
        }
        for expose in self.exposures {
            let about = vec![expose.1.flag.span, expose.1.flag.service.span, expose.1.environment.span];
            parts.push((Self { exposures: vec![expose], ..none() }, about));
        }
        for check in self.checks {
            let about = vec![check.1.service.span, check.1.environment.span];
            parts.push((Self { checks: vec![check], ..none() }, about));
        }
        parts
    }

    fn empty(emergency: bool) -> Self {
        Self {
            rollouts: Vec::new(),
            asides: Vec::new(),
            exposures: Vec::new(),
            emergency,
            checks: Vec::new(),
            approvals: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// Every stage with a guard.
    pub(crate) fn guarded(&self) -> impl Iterator<Item = (&Rollout, &Stage, &Gate)> {
        self.staged().flat_map(|rollout| {
            let stages = rollout.strategy.stages.iter();
            stages.filter_map(move |stage| Some((rollout, stage, &**stage.guard.as_ref()?)))
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
