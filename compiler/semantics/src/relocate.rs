//! A workflow with its spans turned into places in files.

use std::sync::Arc;

use diagnostics::Span;

use crate::model::{
    Backfill, BackfillPause, Bound, CarriedPhase, Check, Condition, Database, Environment, Expose, Flag, Gate,
    JointMember, Loop, Metric, Migrate, Migration, MigrationPhase, Mirror, Objective, Parameter, Pause, PhaseKind,
    Provider, Released, Rollback, Rollout, Round, Run, Service, Silence, Slo, SpendLimit, Stage, Step, StepKind,
    Strategy, Together, When, Workflow,
};

/// Where a span of a declaration stands in its file.
pub(crate) type Move<'m> = &'m dyn Fn(Span) -> Span;

/// The same workflow, every place moved.
pub(crate) fn workflow(of: &Workflow, to: Move<'_>) -> Workflow {
    Workflow {
        span: to(of.span),
        emergency: of.emergency.map(to),
        parameters: of.parameters.iter().map(|it| Parameter { span: to(it.span), ..it.clone() }).collect(),
        steps: steps(&of.steps, to),
        finally: steps(&of.finally, to),
        ..of.clone()
    }
}

fn steps(of: &[Step], to: Move<'_>) -> Vec<Step> {
    of.iter().map(|it| step(it, to)).collect()
}

fn step(of: &Step, to: Move<'_>) -> Step {
    let may_spend = of.may_spend.map(|it| SpendLimit { span: to(it.span), ..it });
    let (kind, on_failure) = (step_kind(&of.kind, to), steps(&of.on_failure, to));
    let silence = of.silence.as_ref().map(|it| Silence { span: to(it.span), ..it.clone() });
    Step { span: to(of.span), kind, on_failure, may_spend, silence, ..of.clone() }
}

fn step_kind(of: &StepKind, to: Move<'_>) -> StepKind {
    let run = |it: &Run| Run { declared: to(it.declared), ..it.clone() };
    match of {
        StepKind::Rollout(it) => StepKind::Rollout(Rollout {
            service: service(&it.service, to),
            release: it.release.clone(),
            environment: environment(&it.environment, to),
            strategy: strategy(&it.strategy, to),
        }),
        StepKind::Run(it) => StepKind::Run(run(it)),
        StepKind::Notify(it) => StepKind::Notify(run(it)),
        StepKind::Check(it) => StepKind::Check(Check {
            gate: gate(&it.gate, to),
            service: service(&it.service, to),
            environment: environment(&it.environment, to),
            over_ms: it.over_ms,
        }),
        StepKind::Approval(it) => StepKind::Approval(it.clone()),
        StepKind::Wait(it) => StepKind::Wait(it.clone()),
        StepKind::Expose(it) => StepKind::Expose(Expose {
            flag: flag(&it.flag, to),
            environment: environment(&it.environment, to),
            strategy: it.strategy.as_ref().map(|it| strategy(it, to)),
            ..it.clone()
        }),
        StepKind::Mirror(it) => StepKind::Mirror(Mirror {
            service: service(&it.service, to),
            environment: environment(&it.environment, to),
            guard: it.guard.as_ref().map(|guard| gate(guard, to)),
            ..it.clone()
        }),
        StepKind::Migrate(it) => StepKind::Migrate(Migrate {
            phases: it.phases.iter().map(|it| carried(it, to)).collect(),
            environment: environment(&it.environment, to),
        }),
        StepKind::Together(it) => StepKind::Together(Together {
            environment: environment(&it.environment, to),
            strategy: strategy(&it.strategy, to),
            members: it.members.iter().map(|it| member(it, to)).collect(),
        }),
        StepKind::Parallel(inner) => StepKind::Parallel(steps(inner, to)),
        StepKind::Series(inner) => StepKind::Series(steps(inner, to)),
        StepKind::For(it) => {
            StepKind::For(Loop { rounds: it.rounds.iter().map(|it| round(it, to)).collect(), ..it.clone() })
        }
        StepKind::When(it) => StepKind::When(When {
            condition: it.condition.clone(),
            then: steps(&it.then, to),
            otherwise: steps(&it.otherwise, to),
        }),
        StepKind::Rollback(it) => StepKind::Rollback(Rollback {
            service: it.service.as_ref().map(|it| service(it, to)),
            environment: it.environment.as_ref().map(|it| environment(it, to)),
        }),
    }
}

fn carried(of: &CarriedPhase, to: Move<'_>) -> CarriedPhase {
    CarriedPhase { span: to(of.span), migration: migration(&of.migration, to), phase: of.phase }
}

fn migration(of: &Migration, to: Move<'_>) -> Arc<Migration> {
    let database = Arc::new(Database { span: to(of.database.span), ..(*of.database).clone() });
    let phases = of.phases.iter().map(|it| MigrationPhase { span: to(it.span), kind: phase(&it.kind, to) }).collect();
    Arc::new(Migration { span: to(of.span), database, phases, ..of.clone() })
}

fn phase(of: &PhaseKind, to: Move<'_>) -> PhaseKind {
    let PhaseKind::Backfill(of) = of else { return of.clone() };
    let pause = |it: &BackfillPause| BackfillPause { metric: metric(&it.metric, to), ..it.clone() };
    PhaseKind::Backfill(Box::new(Backfill { pause: of.pause.as_ref().map(pause), ..(**of).clone() }))
}

fn member(of: &JointMember, to: Move<'_>) -> JointMember {
    JointMember { span: to(of.span), service: service(&of.service, to), ..of.clone() }
}

fn round(of: &Round, to: Move<'_>) -> Round {
    Round { label: of.label.clone(), steps: steps(&of.steps, to), on_failure: steps(&of.on_failure, to) }
}

fn service(of: &Service, to: Move<'_>) -> Arc<Service> {
    Arc::new(Service { span: to(of.span), ..of.clone() })
}

fn flag(of: &Flag, to: Move<'_>) -> Arc<Flag> {
    Arc::new(Flag { span: to(of.span), service: service(&of.service, to), ..of.clone() })
}

fn environment(of: &Environment, to: Move<'_>) -> Arc<Environment> {
    let provider = |it: &Provider| Provider { span: to(it.span), ..it.clone() };
    let mut binds = of.binds.clone();
    binds.iter_mut().for_each(|bind| bind.span = to(bind.span));
    let mut databases = of.databases.clone();
    databases.iter_mut().for_each(|bind| bind.span = to(bind.span));
    let released = of.released.iter().map(|it| Arc::new(Released { span: to(it.span), ..(**it).clone() })).collect();
    Arc::new(Environment {
        span: to(of.span),
        compute: provider(&of.compute),
        traffic: of.traffic.as_ref().map(provider),
        metrics: of.metrics.as_ref().map(provider),
        alerts: of.alerts.as_ref().map(provider),
        secrets: of.secrets.as_ref().map(provider),
        binds,
        databases,
        released,
        ..of.clone()
    })
}

fn strategy(of: &Strategy, to: Move<'_>) -> Strategy {
    let pause = |it: &Pause| Pause { span: to(it.span), metric: metric(&it.metric, to), text: it.text.clone() };
    let stage = |it: &Stage| Stage {
        span: to(it.span),
        guard: it.guard.as_ref().map(|guard| gate(guard, to)),
        pause: it.pause.as_ref().map(pause),
        ..it.clone()
    };
    Strategy { name: of.name.clone(), span: to(of.span), stages: of.stages.iter().map(stage).collect() }
}

fn gate(of: &Gate, to: Move<'_>) -> Arc<Gate> {
    let conditions = of.conditions.iter().map(|it| condition(it, to)).collect();
    Arc::new(Gate { span: to(of.span), conditions, ..of.clone() })
}

fn condition(of: &Condition, to: Move<'_>) -> Condition {
    let bound = match &of.bound {
        Bound::Burn { slo, share, window_ms, limit } => {
            Bound::Burn { slo: Arc::new(self::slo(slo, to)), share: *share, window_ms: *window_ms, limit: *limit }
        }
        constant => constant.clone(),
    };
    Condition { span: to(of.span), metric: metric(&of.metric, to), bound, ..of.clone() }
}

/// The same objectives, every place moved.
pub(crate) fn slo(of: &Slo, to: Move<'_>) -> Slo {
    let each = of.objectives.iter().map(|it| Objective { metric: metric(&it.metric, to), ..it.clone() });
    Slo { span: to(of.span), objectives: each.collect(), ..of.clone() }
}

fn metric(of: &Metric, to: Move<'_>) -> Arc<Metric> {
    Arc::new(Metric { span: to(of.span), ..of.clone() })
}
