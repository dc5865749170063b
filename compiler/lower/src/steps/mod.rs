//! Steps of a workflow: the nodes they become, and their modifiers, none of which is dropped silently.

mod blocks;
mod decision;
mod exposure;
mod handlers;
mod migrate;
mod people;
mod rollback;
mod run;
mod silence;
mod together;

use diagnostics::{Diagnostic, codes};
use plan::{Guard, Hold, NodeId, Subject, Work};
use semantics::model::{self, Step, StepKind, Wait};

use crate::lowering::{At, Lowering};
pub(crate) use run::{attempts, retry};

/// The nodes that what comes next waits for.
pub(crate) type Frontier = Vec<NodeId>;

impl Lowering<'_> {
    /// Adds steps one behind the other and returns what comes next waits for.
    pub(crate) fn steps(&mut self, steps: &[Step], after: Frontier) -> Frontier {
        steps.iter().fold(after, |after, step| self.step(step, after))
    }

    /// Adds a step behind `after` and returns what comes next waits for.
    pub(crate) fn step(&mut self, step: &Step, after: Frontier) -> Frontier {
        self.modifiers(step);
        let outer = self.during_freeze;
        self.during_freeze |= step.during_freeze;
        let scope = self.enter(step);
        let behind = self.work_of(step, after);
        self.leave(step, scope);
        self.during_freeze = outer;
        behind
    }

    fn work_of(&mut self, step: &Step, after: Frontier) -> Frontier {
        match &step.kind {
            StepKind::Rollout(rollout) => self.rollout(step, rollout, after),
            StepKind::Run(run) => vec![self.run(step, run, after)],
            StepKind::Notify(run) => vec![self.notify(step, run, after)],
            StepKind::Check(check) => vec![self.check(step, check, after)],
            StepKind::Approval(approval) => self.approval(step, approval, after),
            StepKind::Wait(wait) => vec![self.wait(step, wait, after)],
            StepKind::Expose(expose) => self.expose(step, expose, after),
            StepKind::Mirror(mirror) => vec![self.mirror(step, mirror, after)],
            StepKind::Migrate(migrate) => self.migrate(step, migrate, after),
            StepKind::Together(together) => self.together(step, together, after),
            StepKind::Parallel(branches) => self.parallel(branches, after),
            StepKind::Series(steps) => self.steps(steps, after),
            StepKind::For(each) => self.for_each(step, each, after),
            StepKind::When(when) => self.when(step, when, after),
            StepKind::Rollback(rollback) => self.rollback(step, rollback, after),
        }
    }

    /// Refuses modifiers that a step has no use for, each with what does its work.
    fn modifiers(&mut self, step: &Step) {
        let (verb, retry, within) = match &step.kind {
            StepKind::Rollout(_) => ("rollout", None, None),
            StepKind::Run(_) => ("run", None, None),
            StepKind::Notify(_) => ("notify", None, None),
            StepKind::Rollback(_) => ("rollback", Some("the way back is tried again by itself"), None),
            StepKind::Expose(_) => ("expose", None, None),
            StepKind::Together(_) => ("together", None, None),
            StepKind::Migrate(_) => ("migrate", None, None),
            StepKind::Check(_) => (
                "check",
                Some("extend it in the gate: `inconclusive: extend … then …`"),
                Some("`over` already says how long it takes"),
            ),
            StepKind::Approval(_) => ("approval", Some("give it a longer `within`"), None),
            StepKind::Wait(_) => ("wait", Some("nothing of it can fail"), Some("it says itself how long it takes")),
            StepKind::Mirror(_) => {
                ("mirror", Some("give it a longer `for`"), Some("`for` already says how long it takes"))
            }
            StepKind::Parallel(_) => ("parallel", Some(INSIDE), None),
            StepKind::Series(_) => ("series", Some(INSIDE), None),
            StepKind::For(_) => ("for", Some(INSIDE), None),
            StepKind::When(_) => ("when", Some(INSIDE), None),
        };
        if let (Some(_), Some(help)) = (step.retry, retry) {
            self.refuse(step, verb, "retry", help);
        }
        if let (Some(_), Some(help)) = (step.within_ms, within) {
            self.refuse(step, verb, "within", help);
        }
        if step.may_spend.is_some() && !matches!(step.kind, StepKind::Rollout(_) | StepKind::Together(_)) {
            self.refuse(
                step,
                verb,
                "may spend",
                "say it of the `rollout` or `together` that brings a release to users",
            );
        }
    }

    fn refuse(&mut self, step: &Step, kind: &str, modifier: &str, help: &str) {
        let message = format!("a `{kind}` step does not take `{modifier}`");
        self.report(Diagnostic::error(codes::MODIFIER_NOT_TAKEN, step.span, message).help(help));
    }

    fn check(&mut self, step: &Step, check: &model::Check, after: Frontier) -> NodeId {
        let (environment, service) = (self.environment(&check.environment), self.service(&check.service));
        let gate = self.gate(&check.gate);
        let id = self.step_id(&format!("check-{gate}-of-{service}-in-{environment}"));
        let shares = u32::try_from(check.gate.conditions.len()).unwrap_or(u32::MAX).max(1);
        let hold = Hold {
            subject: Subject::Service { environment, service },
            duration_ms: self.milliseconds(check.over_ms, step.span),
            guard: Some(Guard { gate, continuous: false, shares }),
        };
        self.outside(id, step, after, Work::Hold(hold))
    }

    fn wait(&mut self, step: &Step, wait: &Wait, after: Frontier) -> NodeId {
        let id = self.step_id("wait");
        let work = match wait {
            Wait::For(duration_ms) => {
                let duration_ms = self.milliseconds(*duration_ms, step.span);
                Work::Hold(Hold { subject: Subject::Nothing, duration_ms, guard: None })
            }
            Wait::Until { minutes, zone } => {
                Work::WaitUntil(plan::WaitUntil { minutes: *minutes, zone: zone.to_string() })
            }
        };
        self.outside(id, step, after, work)
    }

    pub(crate) fn outside(&mut self, id: String, step: &Step, after: Frontier, work: Work) -> NodeId {
        self.node(id, after, &At { span: step.span, rollout: None, stage: None, past_return: false }, work)
    }
}

const INSIDE: &str = "say it of the steps inside";
