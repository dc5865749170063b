//! The live view of a run.

use machine::view::{RolloutView, RunView, StageView, StepView};

use super::table::{Cell, cell, table};
use super::text::{Line, Paint};
use super::units::{between, duration, rate};
use super::{runbooks, waiting, words};

/// Characters of a hold's bar.
const BAR: u64 = 10;

/// The run as it stands at `now_ms`, UTC milliseconds.
pub(crate) fn screen(view: &RunView, now_ms: i64) -> Vec<Line> {
    let mut lines = vec![title(view), progress(view, now_ms)];
    for rollout in &view.rollouts {
        lines.push(Line::default());
        lines.push(rollout_line(rollout));
        lines.extend(stages(rollout));
    }
    if !view.steps.is_empty() {
        lines.push(Line::default());
        lines.extend(table(&["STEP", "STATE", ""], view.steps.iter().map(step).collect()));
    }
    lines.extend(questions(view));
    lines.extend(view.reason.iter().map(|reason| Line::of("because ", Paint::Strong).and(reason, Paint::Plain)));
    lines.extend(runbooks::lines(&view.runbooks));
    lines
}

fn title(view: &RunView) -> Line {
    Line::of(&view.workflow, Paint::Strong)
        .and(&format!(" · run {} · plan {} · by {}", view.run, view.plan.short(), view.actor.name), Paint::Plain)
}

fn progress(view: &RunView, now_ms: i64) -> Line {
    let (status, paint) = words::status(view.status);
    let elapsed = view.took_ms.unwrap_or_else(|| between(view.started_ms, now_ms));
    let mut line = Line::of(status, paint);
    if view.paused {
        line = line.and(" · paused", Paint::Open);
    }
    line = line.and(&format!(" · {} elapsed", duration(elapsed)), Paint::Plain);
    if view.left_ms > 0 {
        line = line.and(&format!(" · {} of holds left", duration(view.left_ms)), Paint::Plain);
    }
    line
}

fn rollout_line(rollout: &RolloutView) -> Line {
    let (state, paint) = words::state(rollout.state);
    Line::of(&rollout.service, Paint::Strong)
        .and(&format!(" in {} by {}: {} · ", rollout.environment, rollout.strategy, releases(rollout)), Paint::Plain)
        .and(state, paint)
}

/// What replaces what.
pub(crate) fn releases(rollout: &RolloutView) -> String {
    match (&rollout.incoming, &rollout.running) {
        (Some(incoming), Some(running)) => format!("{incoming} replaces {running}"),
        (Some(incoming), None) => format!("{incoming}, the first release"),
        (None, Some(running)) => format!("{running} runs"),
        (None, None) => "what runs is not looked up yet".to_owned(),
    }
}

/// A rollout's stages as a table.
pub(crate) fn stages(rollout: &RolloutView) -> Vec<Line> {
    if rollout.stages.is_empty() {
        return Vec::new();
    }
    table(&["STAGE", "ASKED", "OBSERVED", "STATE", "HOLD", "GATE"], rollout.stages.iter().map(stage).collect())
}

fn stage(stage: &StageView) -> Vec<Cell> {
    let (state, paint) = words::state(stage.state);
    let gate = match (&stage.doing, words::judged(stage.evidence.as_ref())) {
        (_, Some(evidence)) => words::look(evidence),
        (Some(doing), None) => cell(doing),
        (None, None) => cell(""),
    };
    vec![
        cell(&stage.label),
        cell(stage.asked.to_string()),
        cell(stage.observed.map_or_else(|| "-".to_owned(), rate)),
        (state.to_owned(), paint),
        cell(hold(stage.held_ms, stage.hold_ms)),
        gate,
    ]
}

/// A hold as a bar: `━━━━━───── 5.0 s of 10.0 s`.
fn hold(held_ms: u64, hold_ms: u64) -> String {
    if hold_ms == 0 {
        return "-".to_owned();
    }
    let held_ms = held_ms.min(hold_ms);
    let full = usize::try_from(u128::from(held_ms) * u128::from(BAR) / u128::from(hold_ms)).unwrap_or(0);
    let bar: String = (0..BAR as usize).map(|at| if at < full { '━' } else { '─' }).collect();
    format!("{bar} {} of {}", duration(held_ms), duration(hold_ms))
}

fn step(step: &StepView) -> Vec<Cell> {
    let (state, paint) = words::state(step.state);
    let about = match (&step.message, words::judged(step.evidence.as_ref())) {
        (Some(message), _) => cell(message),
        (None, Some(evidence)) => words::look(evidence),
        (None, None) => cell(""),
    };
    vec![cell(words::step(step)), (state.to_owned(), paint), about]
}

fn questions(view: &RunView) -> Vec<Line> {
    let question = |waiting: &machine::view::Waiting| {
        let left = waiting.left_ms.map(|left| format!(" ({} left)", duration(left))).unwrap_or_default();
        let typed = waiting::typed(waiting, &view.run).join(" | ");
        let line = Line::of("waiting ", Paint::Open)
            .and(&format!("{}: {}{left}", waiting.step, waiting.question), Paint::Plain)
            .and(if typed.is_empty() { "" } else { " · " }, Paint::Faint)
            .and(&typed, Paint::Faint);
        let evidence =
            waiting::evidence(waiting).map(|evidence| Line::of(&format!("        {evidence}"), Paint::Faint));
        std::iter::once(line).chain(evidence)
    };
    view.waiting.iter().flat_map(question).collect()
}
