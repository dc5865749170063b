//! The plain log: one line per change, without colours or cursor movements.

use machine::view::{RolloutView, RunStatus, RunView, StageView, StepState, StepView, Waiting};
use plan::Runbook;

use super::screen::releases;
use super::text::clean;
use super::units::{duration, rate};
use super::{waiting, words};

/// What is to be said when the run went from one view to another.
pub(crate) fn changes(before: Option<&RunView>, now: &RunView) -> Vec<String> {
    let mut lines = Vec::new();
    if before.is_none() {
        lines.push(format!(
            "run {} of {}, plan {}, started by {}",
            now.run,
            now.workflow,
            now.plan.short(),
            now.actor.name
        ));
    }
    lines.extend(paused(before, now));
    for rollout in &now.rollouts {
        let earlier = before.and_then(|view| view.rollouts.iter().find(|known| known.key == rollout.key));
        lines.extend(rollout_changes(earlier, rollout));
    }
    for step in &now.steps {
        let earlier = before.and_then(|view| view.steps.iter().find(|known| known.id == step.id));
        lines.extend(step_changes(earlier, step));
    }
    lines.extend(now.waiting.iter().filter(|waiting| !waits(before, waiting)).flat_map(|w| question(w, &now.run)));
    lines.extend(status(before, now));
    lines.extend(to_read(before, now));
    lines.iter().map(|line| clean(line)).collect()
}

fn paused(before: Option<&RunView>, now: &RunView) -> Option<String> {
    let changed = before.map_or(now.paused, |before| before.paused != now.paused);
    // A run that turns around is not paused any more; its new status says so.
    let turned = !now.paused && now.status == RunStatus::Returning;
    let why = now.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    (changed && !turned).then(|| if now.paused { format!("paused{why}") } else { "goes on after the pause".to_owned() })
}

fn status(before: Option<&RunView>, now: &RunView) -> Option<String> {
    let changed = before.is_none_or(|before| before.status != now.status || before.reason != now.reason);
    changed.then(|| match &now.reason {
        Some(reason) => format!("{}: {reason}", now.status.words()),
        None => now.status.words().to_owned(),
    })
}

/// Each link once, when it is first of use.
fn to_read(before: Option<&RunView>, now: &RunView) -> Vec<String> {
    let new = |link: &&Runbook| before.is_none_or(|before| !before.runbooks.contains(link));
    now.runbooks.iter().filter(new).map(|link| format!("read {link}")).collect()
}

/// A rollout's beginning stands before its stages' lines, its end after them.
fn rollout_changes(before: Option<&RolloutView>, now: &RolloutView) -> Vec<String> {
    let name = format!("{} in {}", now.service, now.environment);
    let changed = now.state != before.map_or(StepState::Pending, |before| before.state);
    let own =
        changed.then(|| format!("{name}: {} ({}, by {})", words::state(now.state).0, releases(now), now.strategy));
    let mut lines = Vec::new();
    for (at, stage) in now.stages.iter().enumerate() {
        let earlier = before.and_then(|before| before.stages.get(at));
        lines.extend(stage_changes(earlier, stage).into_iter().map(|line| format!("{name}, {}: {line}", stage.label)));
    }
    let place = if now.state == StepState::Active { 0 } else { lines.len() };
    own.into_iter().for_each(|line| lines.insert(place, line));
    lines
}

fn stage_changes(before: Option<&StageView>, now: &StageView) -> Vec<String> {
    [doing(before, now), verdict(before, now), state(before, now)].into_iter().flatten().collect()
}

fn doing(before: Option<&StageView>, now: &StageView) -> Option<String> {
    let earlier = before.and_then(|before| before.doing.as_ref());
    let doing = now.doing.as_ref().filter(|doing| Some(*doing) != earlier)?;
    // What a gate said is said with its verdict.
    if words::judged(now.evidence.as_ref()).is_some_and(|evidence| evidence.cause == *doing) {
        return None;
    }
    if now.hold_ms > 0 && doing.starts_with("holding") {
        return Some(format!("{doing}, {} at {}", duration(now.hold_ms), now.asked));
    }
    Some(doing.clone())
}

fn verdict(before: Option<&StageView>, now: &StageView) -> Option<String> {
    let earlier = before.and_then(|before| before.evidence.as_ref()).map(|evidence| evidence.verdict);
    let evidence = words::judged(now.evidence.as_ref()).filter(|evidence| Some(evidence.verdict) != earlier)?;
    Some(format!("{}: {}", words::look(evidence).0, evidence.cause))
}

fn state(before: Option<&StageView>, now: &StageView) -> Option<String> {
    let earlier = before.map_or(StepState::Pending, |before| before.state);
    if now.state == earlier || now.state == StepState::Active || now.state == StepState::Pending {
        return None;
    }
    let observed = now.observed.map(|share| format!(", observed {}", rate(share))).unwrap_or_default();
    Some(format!("{} (asked {}{observed})", words::state(now.state).0, now.asked))
}

fn step_changes(before: Option<&StepView>, now: &StepView) -> Option<String> {
    let earlier = before.map_or((StepState::Pending, None), |before| (before.state, before.message.as_ref()));
    if earlier == (now.state, now.message.as_ref()) {
        return None;
    }
    let message = now.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
    Some(format!("{}: {}{message}", words::step(now), words::state(now.state).0))
}

fn waits(before: Option<&RunView>, waiting: &Waiting) -> bool {
    before.is_some_and(|before| before.waiting.iter().any(|known| known.step == waiting.step))
}

/// With the evidence, the commands and the time that is left where nobody knows whether something took effect.
fn question(waiting: &Waiting, run: &str) -> Vec<String> {
    let mut lines = vec![format!("waiting for a person at {}: {}", waiting.step, waiting.question)];
    if let Some(evidence) = waiting::evidence(waiting) {
        lines.push(evidence);
        lines.extend(waiting::typed(waiting, run).iter().map(|typed| format!("type: {typed}")));
        lines.extend(waiting.left_ms.map(|left| format!("{} left, then the step fails as undecided", duration(left))));
    }
    lines
}
