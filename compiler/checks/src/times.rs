//! P6: what takes time has it: deadlines are longer than holds, and all increases of a rollout fit into one opening.

use diagnostics::{Diagnostic, codes};
use rust_decimal::Decimal;
use semantics::model::{Environment, Stage, Step, StepKind, Strategy, Workflow};
use semantics::units::duration_text;
use semantics::value::Value;

use crate::openings::{longest_opening, never_after};
use crate::spoken::spoken;

pub(crate) fn check(workflow: &Workflow) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    each(&workflow.steps, &mut |step| found.extend(timed(step)));
    found
}

fn each<'w>(steps: &'w [Step], visit: &mut impl FnMut(&'w Step)) {
    for step in steps {
        visit(step);
        match &step.kind {
            StepKind::Parallel(steps) | StepKind::Series(steps) => each(steps, visit),
            StepKind::For(it) => it.rounds.iter().for_each(|round| each(&round.steps, visit)),
            StepKind::When(when) => [&when.then, &when.otherwise].into_iter().for_each(|side| each(side, visit)),
            StepKind::Rollout(_) | StepKind::Together(_) | StepKind::Expose(_) | StepKind::Mirror(_) => {}
            StepKind::Run(_) | StepKind::Check(_) | StepKind::Approval(_) | StepKind::Wait(_) => {}
            StepKind::Migrate(_) | StepKind::Notify(_) | StepKind::Rollback(_) => {}
        }
    }
}

/// What a step raises, by which stages, and how long its instances may take to be ready.
struct Raised<'w> {
    strategy: &'w Strategy,
    environment: &'w Environment,
    ready_ms: i64,
}

fn timed(step: &Step) -> Vec<Diagnostic> {
    let raised = match &step.kind {
        StepKind::Rollout(it) => {
            Raised { strategy: &it.strategy, environment: &it.environment, ready_ms: ready_within(&it.service.runs) }
        }
        StepKind::Together(it) => {
            let ready = it.members.iter().map(|member| ready_within(&member.service.runs)).max();
            Raised { strategy: &it.strategy, environment: &it.environment, ready_ms: ready.unwrap_or(0) }
        }
        StepKind::Expose(it) => match &it.strategy {
            Some(strategy) => Raised { strategy, environment: &it.environment, ready_ms: 0 },
            None => return Vec::new(),
        },
        StepKind::Mirror(_) | StepKind::Run(_) | StepKind::Check(_) | StepKind::Approval(_) | StepKind::Wait(_) => {
            return Vec::new();
        }
        StepKind::Migrate(_) | StepKind::Notify(_) | StepKind::Rollback(_) | StepKind::Parallel(_) => {
            return Vec::new();
        }
        StepKind::Series(_) | StepKind::For(_) | StepKind::When(_) => return Vec::new(),
    };
    deadline(step, &raised).into_iter().chain(opening(&raised)).collect()
}

fn held(stages: &[Stage]) -> i64 {
    stages.iter().fold(0, |sum, stage| sum.saturating_add(stage.hold_ms))
}

fn deadline(step: &Step, raised: &Raised<'_>) -> Option<Diagnostic> {
    let within = step.within_ms?;
    let held = held(&raised.strategy.stages);
    let (name, whole) = (&raised.strategy.name, duration_text(within));
    if within < held {
        let message =
            format!("the stages of `{name}` are held for {}, so they are never over within {whole}", spoken(held));
        let diagnostic = Diagnostic::error(codes::DEADLINE_TOO_SHORT, step.span, message)
            .also(raised.strategy.span, format!("{} of holds", spoken(held)))
            .help("allow more than the holds take, or hold for less");
        return Some(diagnostic);
    }
    let with_start = held.saturating_add(raised.ready_ms);
    if within >= with_start {
        return None;
    }
    let message = format!(
        "{whole} leave {} beside the holds, but an instance may take {} to be ready",
        spoken(within - held),
        spoken(raised.ready_ms)
    );
    let diagnostic = Diagnostic::error(codes::DEADLINE_TOO_SHORT, step.span, message)
        .also(raised.strategy.span, format!("{} of holds", spoken(held)))
        .help(format!("allow at least {}, or lower the service's `ready_within`", spoken(with_start)));
    Some(diagnostic)
}

/// How long an instance may take until it is ready, as the record of its provider says.
fn ready_within(runs: &Value) -> i64 {
    let (Value::Record(_, fields) | Value::Case(_, _, fields)) = runs else { return 0 };
    match fields.get("ready_within") {
        Some(Value::Duration(ms)) => *ms,
        Some(_) | None => 0,
    }
}

fn opening(raised: &Raised<'_>) -> Option<Diagnostic> {
    let (environment, stages) = (raised.environment, &raised.strategy.stages);
    let last = stages.iter().rposition(|stage| raises(stages, stage)).unwrap_or(0);
    let needed = held(&stages[..last]);
    let (name, place) = (&raised.strategy.name, &environment.name);
    let message = match longest_opening(&environment.windows).filter(|longest| needed >= *longest) {
        Some(longest) => format!(
            "between the first and the last increase of `{name}` lie {}, but no opening of `{place}` is longer than {}",
            spoken(needed),
            spoken(longest)
        ),
        None => {
            let from = never_after(environment, needed)?;
            format!(
                "between the first and the last increase of `{name}` lie {}, and from {from} on no opening of `{place}` is \
                 that long within ten years",
                spoken(needed)
            )
        }
    };
    let diagnostic = Diagnostic::error(codes::OPENING_TOO_SHORT, raised.strategy.span, message)
        .also(stages[last].span, "the last increase")
        .also(environment.span, "when things may change there is declared here")
        .note("all increases of one rollout lie in one opening; what is held behind the last may outlast it")
        .help("hold the stages before it for less, or widen the window");
    Some(diagnostic)
}

/// Whether a stage shows the release to more users than some stage before it.
fn raises(stages: &[Stage], stage: &Stage) -> bool {
    let before = stages.iter().take_while(|it| !std::ptr::eq(*it, stage));
    let most = before.filter(|it| it.cohort == stage.cohort).map(|it| it.weight).max().unwrap_or(Decimal::ZERO);
    stage.weight > most
}
