//! The last screen: what happened, why, and where the evidence is.

use std::path::Path;

use machine::view::{RolloutView, RunView, StepState};

use super::screen::stages;
use super::text::{Line, Paint};
use super::units::{duration, utc};
use super::{runbooks, words};

/// The end of a run. `program` is how hints name this program, `journal` where the journal is kept.
pub(crate) fn last(view: &RunView, program: &str, journal: &Path) -> Vec<Line> {
    let mut lines = vec![headline(view)];
    lines.extend(view.reason.iter().map(|reason| Line::of("because ", Paint::Strong).and(reason, Paint::Plain)));
    lines.extend(runbooks::lines(&view.runbooks));
    for rollout in &view.rollouts {
        lines.push(Line::default());
        lines.push(outcome(rollout));
        lines.extend(stages(rollout));
    }
    lines.push(Line::default());
    let mut hints: Vec<(&str, String)> =
        gates(view).into_iter().map(|gate| ("evidence", format!("{program} explain {} {gate}", view.run))).collect();
    hints.push(("journal", format!("{program} debug journal {}  ({})", view.run, journal.display())));
    lines
        .extend(hints.iter().map(|(name, hint)| Line::of(&format!("{name:10}"), Paint::Faint).and(hint, Paint::Plain)));
    lines
}

fn headline(view: &RunView) -> Line {
    let (status, paint) = words::status(view.status);
    let ended = view.ended_ms.unwrap_or(view.started_ms);
    let rest = format!(
        " · ended {} after {} · run {} · plan {} · by {}",
        utc(ended),
        duration(view.took_ms.unwrap_or_default()),
        view.run,
        view.plan.short(),
        view.actor.name
    );
    Line::of(&view.workflow, Paint::Strong).and(" ", Paint::Plain).and(status, paint).and(&rest, Paint::Plain)
}

/// What serves now.
fn outcome(rollout: &RolloutView) -> Line {
    let name = |release: &Option<plan::ReleaseId>| release.as_ref().map_or("nothing".to_owned(), ToString::to_string);
    let (incoming, running) = (name(&rollout.incoming), name(&rollout.running));
    let (text, paint) = match rollout.state {
        StepState::Done => (format!("{incoming} serves"), Paint::Good),
        StepState::Returned => (format!("{running} serves again, {incoming} was taken back"), Paint::Open),
        StepState::Pending => (format!("not begun, {running} serves as before"), Paint::Plain),
        // Before the incoming release is known, nothing has begun.
        StepState::Failed if rollout.incoming.is_none() => ("nothing was changed".to_owned(), Paint::Plain),
        StepState::Failed | StepState::Active | StepState::Waiting => {
            (format!("left between {running} and {incoming}: look at it"), Paint::Bad)
        }
    };
    Line::of(&format!("{} in {}: ", rollout.service, rollout.environment), Paint::Strong).and(&text, paint)
}

/// The gates that were looked at, each once, the ones that decided against first.
fn gates(view: &RunView) -> Vec<&str> {
    let staged = view.rollouts.iter().flat_map(|rollout| &rollout.stages).filter_map(|stage| stage.evidence.as_ref());
    let alone = view.steps.iter().filter_map(|step| step.evidence.as_ref());
    let mut looks: Vec<_> = staged.chain(alone).filter_map(|look| words::judged(Some(look))).collect();
    looks.sort_by_key(|evidence| match evidence.verdict {
        machine::evidence::Verdict::Fail => 0,
        machine::evidence::Verdict::Inconclusive => 1,
        machine::evidence::Verdict::Pass => 2,
    });
    let mut gates: Vec<&str> = Vec::new();
    for evidence in looks {
        if !gates.contains(&evidence.gate.as_str()) {
            gates.push(&evidence.gate);
        }
    }
    gates
}
