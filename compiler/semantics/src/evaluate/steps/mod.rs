//! Workflows as values: parameters and outputs stay open, everything else is settled.

mod blocks;
mod decision;
mod exposure;
mod migrate;
mod notify;
mod places;
mod release;
mod run;
mod silencing;

use diagnostics::{Diagnostic, Span, codes};
use smol_str::SmolStr;

use super::Evaluator;
use crate::core::{CheckBody, Core, ParameterBody, RolloutBody, StepBody, StepKindBody, TogetherBody, WorkflowBody};
use crate::model::{
    Approval, Check, JointMember, Parameter, Rollout, SpendLimit, Step, StepKind, Together, Wait, Workflow,
};
use crate::queries::value::{Entity, entity_of};
use crate::types::DeclId;
use crate::value::{Piece, Value};

/// Attempts that a step may ask for after its first.
const RETRY_MAX: i64 = 100;
/// People whose approval one step may ask for.
const QUORUM_MAX: i64 = 100;
/// What a step costs of the fuel: loops make at most ten thousand of them.
const STEP_COST: u32 = 100;

impl Evaluator<'_> {
    pub(super) fn workflow(&mut self, id: &DeclId, body: &WorkflowBody) -> Workflow {
        let parameters = body.parameters.iter().map(|parameter| self.parameter(parameter)).collect();
        for parameter in &body.parameters {
            self.locals.insert(parameter.name.clone(), Value::Parameter(parameter.name.clone()));
        }
        let runbook = self.runbook(body.runbook.as_ref());
        let (steps, finally) = (self.steps(&body.steps), self.steps(&body.finally));
        Workflow {
            name: id.name.clone(),
            doc: self.doc(),
            span: self.named_at(),
            formerly: self.formerly(),
            emergency: body.emergency,
            during_freeze: body.during_freeze,
            runbook,
            parameters,
            steps,
            finally,
            incomplete: body.incomplete || self.lost,
        }
    }

    fn parameter(&mut self, body: &ParameterBody) -> Parameter {
        Parameter {
            name: body.name.clone(),
            r#type: body.ty,
            default: body.default.as_ref().map(|core| self.value(core)).filter(|value| *value != Value::Error),
            span: body.span,
        }
    }

    /// The steps of a list; what they bind is not known behind it.
    fn steps(&mut self, bodies: &[StepBody]) -> Vec<Step> {
        let outside = self.locals.clone();
        let steps: Vec<Step> = bodies.iter().filter_map(|body| self.step(body)).collect();
        self.lost |= steps.len() < bodies.len();
        self.locals = outside;
        steps
    }

    fn step(&mut self, body: &StepBody) -> Option<Step> {
        if !self.spend(body.span, STEP_COST) {
            return None;
        }
        let within_ms = body.within.as_ref().and_then(|core| self.period(core, "`within`"));
        let retry = body.retry.as_ref().and_then(|core| self.int(core, "`retry`", 1, RETRY_MAX));
        let go_on = body.go_on.as_ref().and_then(|core| self.reason(core));
        let on_failure = self.steps(&body.on_failure);
        let kind = self.step_kind(body, within_ms)?;
        let silence = body.silencing.as_ref().and_then(|it| self.silence(it));
        let retry = retry.and_then(|count| u32::try_from(count).ok());
        let may_spend = body.may_spend.as_ref().and_then(|(core, span)| self.limit(core, *span));
        let runbook = self.runbook(body.runbook.as_ref());
        let (span, during_freeze) = (body.span, body.during_freeze);
        Some(Step { span, kind, within_ms, retry, on_failure, go_on, during_freeze, may_spend, silence, runbook })
    }

    fn limit(&mut self, core: &Core, span: Span) -> Option<SpendLimit> {
        let share = self.share(core, "`may spend`")?;
        if !share.is_zero() {
            return Some(SpendLimit { share, span });
        }
        let message = "every release costs something until it is back, so nothing may be rolled out";
        self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, message).help("allow a part of the budget"));
        None
    }

    fn step_kind(&mut self, body: &StepBody, within_ms: Option<i64>) -> Option<StepKind> {
        match &body.kind {
            StepKindBody::Rollout(rollout) => self.rollout(body, rollout).map(StepKind::Rollout),
            StepKindBody::Run(run) => {
                let evaluated = self.run(run);
                if let Some(name) = &run.binding {
                    self.locals.insert(name.clone(), Value::Output(name.clone(), Vec::new()));
                }
                evaluated.map(StepKind::Run)
            }
            StepKindBody::Notify(run) => self.run(run).map(StepKind::Notify),
            StepKindBody::NotifyAll { environment, text } => self.notify_all(body, environment, text),
            StepKindBody::Check(check) => self.check(body, check).map(StepKind::Check),
            StepKindBody::Approval { count, people, after_the_fact } => {
                let quorum = match count {
                    Some(core) => self.int(core, "the number of approvals", 1, QUORUM_MAX)?,
                    None => 1,
                };
                let (from, after_the_fact) = (self.value(people), *after_the_fact);
                Some(StepKind::Approval(Approval { from, quorum, within_ms: within_ms?, after_the_fact }))
            }
            StepKindBody::Wait(duration) => {
                self.period(duration, "`wait`").map(|duration_ms| StepKind::Wait(Wait::For(duration_ms)))
            }
            StepKindBody::WaitUntil { time, zone } => self.until(time, zone).map(StepKind::Wait),
            StepKindBody::Expose(expose) => self.expose(body, expose).map(StepKind::Expose),
            StepKindBody::Mirror(mirror) => self.mirror(body, mirror).map(StepKind::Mirror),
            StepKindBody::Migrate { phases, environment } => {
                self.migrate(body, phases, environment).map(StepKind::Migrate)
            }
            StepKindBody::Together(together) => self.together(body, together).map(StepKind::Together),
            StepKindBody::Parallel(branches) => Some(StepKind::Parallel(self.branches(branches))),
            StepKindBody::Series(steps) => Some(StepKind::Series(self.steps(steps))),
            StepKindBody::For(body) => self.for_each(body).map(StepKind::For),
            StepKindBody::When { condition, then, otherwise } => self.when(condition, then, otherwise),
            StepKindBody::Rollback { target, environment } => {
                self.rollback(body, target, environment.as_ref()).map(StepKind::Rollback)
            }
        }
    }

    fn rollout(&mut self, step: &StepBody, body: &RolloutBody) -> Option<Rollout> {
        let strategy = self.strategy(body.strategy.span, &body.strategy.id, &body.strategy.args);
        let release = self.release(&body.release);
        let (service, environment) = self.placed(step.span, &body.service, &body.environment)?;
        Some(Rollout { service, release: release?, environment, strategy: strategy? })
    }

    fn check(&mut self, step: &StepBody, body: &CheckBody) -> Option<Check> {
        let over_ms = self.period(&body.over, "`over`");
        let (service, environment) = self.placed(step.span, &body.service, &body.environment)?;
        let Entity::Gate(gate) = entity_of(self.db, &body.gate) else { return None };
        Some(Check { gate: gate.clone(), service, environment, over_ms: over_ms? })
    }

    fn together(&mut self, step: &StepBody, body: &TogetherBody) -> Option<Together> {
        let strategy = self.strategy(body.strategy.span, &body.strategy.id, &body.strategy.args);
        let environment = self.environment_at(step.span, &body.environment)?;
        let index_of = |name: &SmolStr| body.members.iter().position(|member| member.name == *name);
        let members = body.members.iter().map(|member| {
            let after = member.after.iter().filter_map(index_of).collect();
            let release = self.release(&member.release);
            let service = self.service_in(member.span, &member.service, &environment)?;
            Some(JointMember { span: member.span, service, release: release?, after })
        });
        let members: Vec<Option<JointMember>> = members.collect();
        let members = members.into_iter().collect::<Option<Vec<JointMember>>>()?;
        Some(Together { environment, strategy: strategy?, members })
    }

    /// Why something is right, as it will be shown.
    fn reason(&mut self, core: &Core) -> Option<SmolStr> {
        let text = self.known_text(core)?;
        if text.trim().is_empty() {
            self.report(Diagnostic::error(codes::IMPOSSIBLE_VALUE, core.span, "this reason says nothing"));
            return None;
        }
        Some(text)
    }

    pub(super) fn known_text(&mut self, core: &Core) -> Option<SmolStr> {
        let value = self.value(core);
        let Value::Text(pieces) = &value else { return self.not_constant(core, &value) };
        let known = pieces.iter().map(|piece| match piece {
            Piece::Known(text) => Some(text.as_str()),
            Piece::Parameter(_) | Piece::Output(..) => None,
        });
        match known.collect::<Option<String>>() {
            Some(text) => Some(text.into()),
            None => {
                self.unknown_yet(core.span, &value);
                None
            }
        }
    }

    fn until(&mut self, time: &Core, zone: &Core) -> Option<Wait> {
        let minutes = match self.value(time) {
            Value::Time(minutes) => Some(minutes),
            other => self.not_constant(time, &other),
        };
        let zone = self.known_text(zone);
        Some(Wait::Until { minutes: minutes?, zone: zone? })
    }
}
