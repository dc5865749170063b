//! What policies see: the parts of a workflow as records of `std.plan`.
//!
//! A view is made of the evaluated model, so that a policy judges what will run, whatever it is written as.

mod exposures;
mod migrations;
mod order;
mod stages;

pub(crate) use stages::staged;

use diagnostics::Span;

use crate::model::{
    Approval, Environment, Gate, Loop, Rollout, Run, Service, Step, StepKind, Subject, Undecided, Workflow,
};
use crate::types::arm_word;
use crate::value::{Fields, Piece, Value};

/// Something that a policy can be about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Thing {
    pub(crate) subject: Subject,
    /// In messages: the rollout of `shop` to `production`.
    pub(crate) described: String,
    pub(crate) span: Span,
    /// The declarations that it is made of, whose own exceptions hold for it.
    pub(crate) about: Vec<Span>,
    /// The record.
    pub(crate) value: Value,
}

/// Everything of a workflow that a policy can be about.
pub(crate) fn things(workflow: &Workflow) -> Vec<Thing> {
    let mut seen = Seen { turns: order::turns(workflow), ..Seen::default() };
    seen.steps(&workflow.steps, 0);
    // However the workflow ended, so that nobody is sure to have agreed.
    seen.steps(&workflow.finally, 0);
    let mut things = vec![Thing {
        subject: Subject::Workflow,
        described: format!("the workflow `{}`", workflow.name),
        span: workflow.span,
        about: Vec::new(),
        value: seen.workflow(workflow),
    }];
    things.extend(seen.things);
    things
}

#[derive(Default)]
struct Seen {
    turns: order::Turns,
    things: Vec<Thing>,
    rollouts: Vec<Value>,
    approvals: Vec<Value>,
    actions: Vec<Value>,
    checks: Vec<Value>,
    exposures: Vec<Value>,
    mirrors: Vec<Value>,
    migrations: Vec<Value>,
}

impl Seen {
    /// Steps that follow each other; `approved` people have agreed before them. Returns how many have after them.
    fn steps(&mut self, steps: &[Step], mut approved: i64) -> i64 {
        for step in steps {
            approved = self.step(step, approved);
            self.steps(&step.on_failure, approved);
        }
        approved
    }

    fn step(&mut self, step: &Step, approved: i64) -> i64 {
        match &step.kind {
            StepKind::Rollout(rollout) => self.rollout(step, rollout, approved),
            StepKind::Together(together) => {
                together.rollouts().for_each(|rollout| self.rollout(step, &rollout, approved));
            }
            StepKind::Approval(approval) => {
                self.approvals.push(people(approval));
                // What comes after the fact was not agreed to before.
                let agreed = if approval.after_the_fact { 0 } else { approval.quorum };
                return approved.saturating_add(agreed);
            }
            StepKind::Run(run) | StepKind::Notify(run) => self.actions.push(action(run)),
            StepKind::Migrate(migrate) => self.migrate(migrate, approved),
            StepKind::Check(check) => self.checks.push(text(&check.gate.name)),
            StepKind::Series(inner) => return self.steps(inner, approved),
            StepKind::Parallel(branches) => {
                let branches = branches.iter().map(std::slice::from_ref);
                return self.beside(branches, approved);
            }
            StepKind::For(each) => return self.rounds(each, approved),
            StepKind::When(when) => {
                // Nobody knows which side it will be, so only what both ask for is sure.
                let then = self.steps(&when.then, approved);
                return then.min(self.steps(&when.otherwise, approved));
            }
            StepKind::Expose(expose) => self.exposure(step, expose, approved),
            StepKind::Mirror(mirror) => self.mirror(mirror),
            StepKind::Wait(_) | StepKind::Rollback(_) => {}
        }
        approved
    }

    fn rounds(&mut self, each: &Loop, approved: i64) -> i64 {
        let agreed = match each.at_once {
            true => self.beside(each.rounds.iter().map(|round| round.steps.as_slice()), approved),
            false => each.rounds.iter().fold(approved, |approved, round| self.steps(&round.steps, approved)),
        };
        each.rounds.iter().for_each(|round| {
            self.steps(&round.on_failure, approved);
        });
        agreed
    }

    /// Branches: each knows only who agreed before all of them; behind them all have.
    fn beside<'s>(&mut self, branches: impl Iterator<Item = &'s [Step]>, approved: i64) -> i64 {
        branches.fold(approved, |all, branch| all.saturating_add(self.steps(branch, approved) - approved))
    }

    fn rollout(&mut self, step: &Step, rollout: &Rollout, approved: i64) {
        let (service, environment) = (service(&rollout.service), environment(&rollout.environment));
        let turn = self.turns.get(&std::ptr::from_ref(step)).copied().unwrap_or_default();
        let replicas = replicas(rollout);
        let described = described(rollout);
        let (at, about) = (rollout.strategy.span, about(rollout));
        let place = stages::Place {
            service: &service,
            environment: &environment,
            replicas,
            described: &described,
            at,
            about: &about,
        };
        let stages = self.stages(&place, &rollout.strategy.stages);
        let hold: i64 = rollout.strategy.stages.iter().fold(0, |sum, stage| sum.saturating_add(stage.hold_ms));
        let value = Value::Record(
            Subject::Rollout.record().into(),
            fields([
                ("service", service),
                ("environment", environment),
                ("strategy", text(&rollout.strategy.name)),
                ("replicas", Value::Int(replicas)),
                ("stages", Value::List(stages)),
                ("hold", Value::Duration(hold)),
                ("approvals", Value::Int(approved)),
                ("within", step.within_ms.map_or(Value::None, Value::Duration)),
                ("turn", Value::Int(turn.forward)),
                ("turn_back", Value::Int(turn.backward)),
                ("branch", Value::Int(turn.branch)),
            ]),
        );
        self.rollouts.push(value.clone());
        self.things.push(Thing { subject: Subject::Rollout, described, span: at, about, value });
    }

    fn workflow(&self, workflow: &Workflow) -> Value {
        Value::Record(
            Subject::Workflow.record().into(),
            fields([
                ("name", text(&workflow.name)),
                ("rollouts", Value::List(self.rollouts.clone())),
                ("approvals", Value::List(self.approvals.clone())),
                ("actions", Value::List(self.actions.clone())),
                ("checks", Value::List(self.checks.clone())),
                ("exposures", Value::List(self.exposures.clone())),
                ("mirrors", Value::List(self.mirrors.clone())),
                ("migrations", Value::List(self.migrations.clone())),
            ]),
        )
    }
}

/// The declarations that a rollout is made of.
fn about(rollout: &Rollout) -> Vec<Span> {
    vec![rollout.service.span, rollout.environment.span]
}

fn described(rollout: &Rollout) -> String {
    format!("the rollout of `{}` to `{}`", rollout.service.name, rollout.environment.name)
}

fn replicas(rollout: &Rollout) -> i64 {
    let bind = rollout.environment.binds.iter().find(|bind| bind.service == rollout.service.name);
    bind.map_or(1, |bind| bind.replicas)
}

fn service(service: &Service) -> Value {
    record("std.plan.Service", [("name", text(&service.name)), ("id", text(&service.id))])
}

fn environment(environment: &Environment) -> Value {
    let protected = Value::Bool(environment.protected);
    record("std.plan.Environment", [("name", text(&environment.name)), ("protected", protected)])
}

fn guard(gate: &Gate) -> Value {
    let then = match gate.inconclusive.then {
        Undecided::Rollback => "rollback",
        Undecided::Hold => "hold",
        Undecided::Ask => "ask",
    };
    record(
        "std.plan.Guard",
        [
            ("name", text(&gate.name)),
            ("arm", text(arm_word(gate.arm))),
            ("against", gate.against.map_or(Value::None, |arm| text(arm_word(arm)))),
            ("confidence", Value::Ratio(gate.confidence)),
            ("at_least", Value::Int(i64::try_from(gate.at_least).unwrap_or(i64::MAX))),
            ("warm_up", Value::Duration(gate.warm_up_ms)),
            ("extend", Value::Duration(gate.inconclusive.extend_ms)),
            ("undecided", text(then)),
        ],
    )
}

fn people(approval: &Approval) -> Value {
    record(
        "std.plan.Approval",
        [("people", Value::Int(approval.quorum)), ("within", Value::Duration(approval.within_ms))],
    )
}

fn action(run: &Run) -> Value {
    record("std.plan.Action", [("name", text(&run.action)), ("provider", text(&run.provider))])
}

fn record<const N: usize>(of: &str, with: [(&str, Value); N]) -> Value {
    Value::Record(of.into(), fields(with))
}

fn fields<const N: usize>(with: [(&str, Value); N]) -> Fields {
    with.into_iter().map(|(name, value)| (name.into(), value)).collect()
}

fn text(text: &str) -> Value {
    Value::Text(vec![Piece::Known(text.into())])
}
