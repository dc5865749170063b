//! P6: what takes time has it: deadlines are longer than holds, and all increases of a rollout fit into one opening.

use diagnostics::{Diagnostic, codes};
use rust_decimal::Decimal;
use semantics::model::{Environment, Stage, Step, StepKind, Strategy, Workflow};
use semantics::units::duration_text;
use semantics::value::{Value, Window};

use crate::spoken::spoken;

const MINUTE_MS: i64 = 60_000;
const DAY: usize = 1_440;
const WEEK: usize = 7 * DAY;

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
    let longest = longest_opening(&raised.environment.windows)?;
    let stages = &raised.strategy.stages;
    let last = stages.iter().rposition(|stage| raises(stages, stage)).unwrap_or(0);
    let needed = held(&stages[..last]);
    if needed < longest {
        return None;
    }
    let message = format!(
        "between the first and the last increase of `{}` lie {}, but no opening of `{}` is longer than {}",
        raised.strategy.name,
        spoken(needed),
        raised.environment.name,
        spoken(longest)
    );
    let diagnostic = Diagnostic::error(codes::OPENING_TOO_SHORT, raised.strategy.span, message)
        .also(stages[last].span, "the last increase")
        .also(raised.environment.span, "its `window` is declared here")
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

/// The longest time in which the windows are open without a pause, in an ordinary week; nothing where they are always open, or
/// where windows of several zones could follow each other.
fn longest_opening(windows: &[Window]) -> Option<i64> {
    let zone = &windows.first()?.zone;
    if windows.iter().any(|window| window.zone != *zone) {
        return None;
    }
    let mut open = vec![false; WEEK];
    for window in windows {
        for day in (0..7).filter(|day| window.days & (1 << day) != 0) {
            let (from, to) = (usize::from(window.from), usize::from(window.to));
            let minutes = if to > from { to - from } else { DAY - from + to };
            (0..minutes).for_each(|minute| open[(day * DAY + from + minute) % WEEK] = true);
        }
    }
    let shut = open.iter().position(|open| !open)?;
    let mut longest: i64 = 0;
    let mut run = 0;
    for minute in 0..WEEK {
        run = if open[(shut + minute) % WEEK] { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    Some(longest * MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(days: u8, from: u16, to: u16) -> Window {
        Window { days, from, to, zone: "UTC".into(), except: Vec::new() }
    }

    #[test]
    fn openings_are_as_long_as_windows_that_touch() {
        let hours = |windows: &[Window]| longest_opening(windows).map(|ms| ms / 3_600_000);
        assert_eq!(hours(&[]), None);
        assert_eq!(hours(&[window(0b000_1111, 540, 960)]), Some(7));
        assert_eq!(hours(&[window(0b000_0001, 0, 1_440), window(0b000_0010, 0, 720)]), Some(36));
        assert_eq!(hours(&[window(0b100_0000, 1_320, 120)]), Some(4), "over midnight, and over the end of the week");
        assert_eq!(hours(&[window(0b111_1111, 0, 1_440)]), None, "always open");
        let other = Window { zone: "Asia/Tokyo".into(), ..window(1, 0, 60) };
        assert_eq!(hours(&[window(1, 0, 60), other]), None);
    }
}
