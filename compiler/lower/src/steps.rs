//! One step of a workflow: the nodes it becomes, and its modifiers, none of which is dropped silently.

use diagnostics::{Diagnostic, codes};
use plan::{Approval, Binding, Call, Effect, EffectClass, Guard, Hold, NodeId, People, Retry, Subject, Work};
use semantics::model::{self, Step, StepKind};
use semantics::value::Value;
use serde_json::Value as Json;

use crate::lowering::{At, Lowering};
use crate::rollout::timing;

impl Lowering<'_> {
    /// Adds a step behind `last` and returns the node that the next one waits for.
    pub(crate) fn step(&mut self, step: &Step, last: Option<NodeId>) -> Option<NodeId> {
        self.failure_handler(step);
        match &step.kind {
            StepKind::Rollout(rollout) => {
                self.refuse_within(step, "rollout", "give each stage its own `for`, or bound the approval before it");
                self.rollout(step, rollout, last)
            }
            StepKind::Run(run) => Some(self.run(step, run, last)),
            StepKind::Check(check) => {
                self.refuse_within(step, "check", "`over` already says how long it takes");
                self.refuse_retry(step, "check", "extend it in the gate: `inconclusive: extend … then …`");
                Some(self.check(step, check, last))
            }
            StepKind::Approval(approval) => {
                self.refuse_retry(step, "approval", "give it a longer `within`");
                Some(self.approval(step, approval, last))
            }
        }
    }

    fn failure_handler(&mut self, step: &Step) {
        if let Some(first) = step.on_failure.first() {
            self.report(
                Diagnostic::error(codes::FAILURE_HANDLER, step.span, "this edition has no plan for `on failure`")
                    .also(first.span, "this would never be carried out")
                    .help("take the handler out: a failed rollout returns to its safe side by itself, and the run's exit code says so"),
            );
        }
    }

    fn refuse_within(&mut self, step: &Step, kind: &str, help: &str) {
        if step.within_ms.is_some() {
            self.refuse(step, kind, "within", help);
        }
    }

    fn refuse_retry(&mut self, step: &Step, kind: &str, help: &str) {
        if step.retry.is_some() {
            self.refuse(step, kind, "retry", help);
        }
    }

    fn refuse(&mut self, step: &Step, kind: &str, modifier: &str, help: &str) {
        let message = format!("a `{kind}` step does not take `{modifier}`");
        self.report(Diagnostic::error(codes::MODIFIER_NOT_TAKEN, step.span, message).help(help));
    }

    fn run(&mut self, step: &Step, run: &model::Run, last: Option<NodeId>) -> NodeId {
        let id = self.step_id(&format!("run-{}", run.action));
        let binding = Binding { provider: run.provider.to_string(), config: self.json(&run.config, step.span) };
        let limit = step.within_ms.map(|limit| self.milliseconds(limit, step.span));
        if timing::open_limit(&run.config) {
            self.unfit(step.span, "`within` of the action bounds it, so write it there, not as a parameter of the run");
        }
        let (timeout_ms, retry) = timing::action(&run.config, limit, step.retry.unwrap_or(0));
        let effect = Effect {
            call: Call::Act { action: run.action.to_string(), binding },
            class: class(run.class),
            timeout_ms,
            retry,
        };
        self.outside(id, step, last, Work::Effect(effect))
    }

    fn check(&mut self, step: &Step, check: &model::Check, last: Option<NodeId>) -> NodeId {
        let (environment, service) = (self.environment(&check.environment), self.service(&check.service));
        let gate = self.gate(&check.gate);
        let id = self.step_id(&format!("check-{gate}-of-{service}-in-{environment}"));
        let shares = u32::try_from(check.gate.conditions.len()).unwrap_or(u32::MAX).max(1);
        let hold = Hold {
            subject: Subject::Service { environment, service },
            duration_ms: self.milliseconds(check.over_ms, step.span),
            guard: Some(Guard { gate, continuous: false, shares }),
        };
        self.outside(id, step, last, Work::Hold(hold))
    }

    fn approval(&mut self, step: &Step, approval: &model::Approval, last: Option<NodeId>) -> NodeId {
        let id = self.step_id("approval");
        let approval = Approval {
            from: self.people(step, &approval.from),
            quorum: self.count(approval.quorum, 1, "people", step.span),
            within_ms: self.milliseconds(approval.within_ms, step.span),
        };
        self.outside(id, step, last, Work::Approval(approval))
    }

    fn people(&mut self, step: &Step, from: &Value) -> People {
        let json = self.json(from, step.span);
        if json == Json::Null {
            return People::Owner;
        }
        serde_json::from_value(json).unwrap_or_else(|_| {
            self.unfit(step.span, "who may approve must be known when the plan is built: users, a group or the owner");
            People::Owner
        })
    }

    fn outside(&mut self, id: String, step: &Step, last: Option<NodeId>, work: Work) -> NodeId {
        self.node(id, last, &At { span: step.span, rollout: None, stage: None, past_return: false }, work)
    }
}

fn class(class: model::EffectClass) -> EffectClass {
    match class {
        model::EffectClass::Idempotent => EffectClass::Idempotent,
        model::EffectClass::Probeable => EffectClass::Probeable,
        model::EffectClass::Once => EffectClass::Once,
    }
}

/// Attempts beyond the first, as a bound on all of them.
pub(crate) fn attempts(further: u32) -> u32 {
    further.saturating_add(1)
}

/// A bound that never waits longer than `backoff_max_ms` between two attempts.
pub(crate) fn retry(attempts: u32, backoff_ms: u64, backoff_max_ms: u64) -> Retry {
    Retry { attempts, backoff_ms: backoff_ms.min(backoff_max_ms), backoff_max_ms }
}
