//! Steps: one file for each family, and the modifiers that stand behind them all.

mod blocks;
mod exposure;
mod handlers;
mod migrate;
mod people;
mod release;
mod rollout;
mod run;
mod silencing;
mod together;

use syntax::ast::{Step, StepKind};

use super::Elaborator;
use crate::core::{StepBody, StepKindBody};
use crate::types::Type;

impl Elaborator<'_> {
    /// The steps of a list. Outputs that are named in it are known to the steps behind, and to nothing outside.
    pub(super) fn steps(&mut self, steps: &[Step]) -> Vec<StepBody> {
        let outside = self.scope();
        let bodies = steps.iter().filter_map(|step| self.step(step)).collect();
        self.leave(outside);
        bodies
    }

    fn step(&mut self, step: &Step) -> Option<StepBody> {
        self.watch(step.range);
        let kind = self.step_kind(step);
        let modifiers = &step.modifiers;
        let within = modifiers.within.as_ref().map(|time| self.expect(time, &Type::Duration, "`within`"));
        let retry = modifiers.retry.as_ref().map(|count| self.expect(count, &Type::Int, "`retry`"));
        let go_on = modifiers.go_on.as_ref().map(|go_on| self.expect(&go_on.because, &Type::String, "the reason"));
        // The handler of a loop is that of each round: it knows the round's element.
        let own = modifiers.on_failure.as_deref().filter(|_| !matches!(step.kind, StepKind::For(_)));
        let on_failure = own.map_or_else(Vec::new, |steps| self.on_failure(steps));
        // What the step binds is known behind it, not in its own modifiers.
        let kind = self.bound(step, kind);
        let during_freeze = modifiers.during_freeze.is_some();
        let may_spend = modifiers
            .may_spend
            .as_ref()
            .map(|limit| (self.expect(&limit.share, &Type::Ratio, "`may spend`"), self.span(limit.range)));
        let silencing = modifiers.silencing.as_ref().map(|it| self.silencing(it));
        let runbook = self.runbook(modifiers.runbook.as_ref());
        let span = self.span(step.range);
        Some(StepBody {
            span,
            kind: kind?,
            within,
            retry,
            on_failure,
            go_on,
            during_freeze,
            may_spend,
            silencing,
            runbook,
        })
    }

    fn step_kind(&mut self, step: &Step) -> Option<StepKindBody> {
        match &step.kind {
            StepKind::Rollout(rollout) => self.rollout(rollout),
            StepKind::Migrate(migrate) => self.migrate(migrate),
            StepKind::Run(call) => self.run(call),
            StepKind::Check(check) => self.check(check),
            StepKind::Approval(approval) => self.approval(step, approval),
            StepKind::Wait(wait) => Some(self.wait(wait)),
            StepKind::Expose(expose) => self.expose(expose),
            StepKind::Mirror(mirror) => self.mirror(mirror),
            StepKind::Notify(notify) => self.notify(notify),
            StepKind::Together(together) => self.together(together),
            StepKind::Parallel(branches) => Some(StepKindBody::Parallel(self.branches(branches))),
            StepKind::Series(steps) => Some(StepKindBody::Series(self.steps(steps))),
            StepKind::For(each) => self.for_each(each, step.modifiers.on_failure.as_deref()),
            StepKind::When(when) => Some(self.when(when)),
            StepKind::Rollback(rollback) => self.rollback(rollback),
            StepKind::Finally(_) => {
                self.misplaced_finally(step);
                None
            }
            StepKind::Accept(_) | StepKind::Error => None,
        }
    }
}
