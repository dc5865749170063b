//! Stages as policies and tests see them: those of rollouts, of exposures and of mirrored requests alike.

use diagnostics::Span;
use rust_decimal::Decimal;

use super::{Seen, Thing, fields, guard};
use crate::model::{Environment, Instances, Service, Stage, Step, StepKind, Subject, Workflow};
use crate::units::percent_text;
use crate::value::Value;

/// What goes by stages: a service in an environment, and the weight of each stage.
pub(crate) struct Staged<'m> {
    pub(crate) service: &'m Service,
    pub(crate) environment: &'m Environment,
    pub(crate) weights: Vec<Decimal>,
}

/// Everything of a workflow that goes by stages, wherever it stands.
pub(crate) fn staged(workflow: &Workflow) -> Vec<Staged<'_>> {
    let mut found = Vec::new();
    gather(&workflow.steps, &mut found);
    found
}

/// Handlers hold nothing that goes by stages.
fn gather<'m>(steps: &'m [Step], into: &mut Vec<Staged<'m>>) {
    for step in steps {
        match &step.kind {
            StepKind::Rollout(it) => into.push(Staged {
                service: &it.service,
                environment: &it.environment,
                weights: it.strategy.stages.iter().map(|stage| stage.weight).collect(),
            }),
            StepKind::Together(it) => into.extend(it.members.iter().map(|member| Staged {
                service: &member.service,
                environment: &it.environment,
                weights: it.strategy.stages.iter().map(|stage| stage.weight).collect(),
            })),
            StepKind::Expose(it) => into.push(Staged {
                service: &it.flag.service,
                environment: &it.environment,
                weights: it.stages(step.span).iter().map(|stage| stage.weight).collect(),
            }),
            StepKind::Mirror(it) => {
                into.push(Staged { service: &it.service, environment: &it.environment, weights: vec![Decimal::ZERO] })
            }
            StepKind::Parallel(inner) | StepKind::Series(inner) => gather(inner, into),
            StepKind::For(each) => each.rounds.iter().for_each(|round| gather(&round.steps, into)),
            StepKind::When(when) => [&when.then, &when.otherwise].into_iter().for_each(|inner| gather(inner, into)),
            StepKind::Run(_) | StepKind::Notify(_) | StepKind::Check(_) | StepKind::Approval(_) => {}
            StepKind::Wait(_) | StepKind::Rollback(_) | StepKind::Migrate(_) => {}
        }
    }
}

/// Whose stages they are.
pub(super) struct Place<'a> {
    pub(super) service: &'a Value,
    pub(super) environment: &'a Value,
    /// Instances at full weight; none of what has no instances.
    pub(super) replicas: i64,
    /// In messages: the rollout of `shop` to `production`.
    pub(super) described: &'a str,
    pub(super) at: Span,
    /// The declarations that they are made of.
    pub(super) about: &'a [Span],
}

impl Seen {
    /// The stages as records, each of them a thing of its own.
    pub(super) fn stages(&mut self, place: &Place<'_>, stages: &[Stage]) -> Vec<Value> {
        let mut before = Decimal::ZERO;
        let records = stages.iter().enumerate().map(|(index, stage)| {
            let value = record(place, stage, before, index + 1 == stages.len());
            before = stage.weight;
            let described = format!("the stage at {} of {}", percent_text(stage.weight), place.described);
            let (span, about) = (place.at, place.about.to_vec());
            self.things.push(Thing { subject: Subject::Stage, described, span, about, value: value.clone() });
            value
        });
        records.collect()
    }
}

fn record(place: &Place<'_>, stage: &Stage, before: Decimal, last: bool) -> Value {
    Value::Record(
        Subject::Stage.record().into(),
        fields([
            ("service", place.service.clone()),
            ("environment", place.environment.clone()),
            ("weight", Value::Ratio(stage.weight)),
            ("before", Value::Ratio(before)),
            ("of_all", Value::Bool(stage.cohort.is_none())),
            ("mirror", stage.mirror.map_or(Value::None, Value::Ratio)),
            ("instances", Value::Int(instances(stage, place.replicas))),
            ("hold", Value::Duration(stage.hold_ms)),
            ("guard", stage.guard.as_deref().map_or(Value::None, guard)),
            ("last", Value::Bool(last)),
        ]),
    )
}

/// Instances of the incoming release, as they will be.
fn instances(stage: &Stage, replicas: i64) -> i64 {
    let share = |share: Decimal| {
        let exact = share.checked_mul(Decimal::from(replicas)).unwrap_or(Decimal::from(replicas));
        i64::try_from(exact.ceil()).unwrap_or(replicas)
    };
    match stage.instances {
        Instances::ByWeight => share(stage.mirror.unwrap_or(stage.weight)),
        Instances::Count(count) => count,
        Instances::Share(of) => share(of),
    }
}
