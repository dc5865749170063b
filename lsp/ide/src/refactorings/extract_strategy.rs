//! Writes the stages of a strategy, with its arguments applied, as a strategy of one's own.

use std::fmt::Write as _;

use diagnostics::{Edit, FileId, Span};
use semantics::model::{Instances, Rollout, Stage, Step, StepKind, Strategy};
use semantics::units::{duration_text, percent_text};

use super::{Change, Refactoring, before, free_name};
use crate::Snapshot;

/// A strategy with the stages that the rollout at the selection goes through; nothing where a stage says more than can be
/// written from here.
pub(super) fn extract_strategy(snapshot: &Snapshot, selected: Span) -> Option<Refactoring> {
    let model = snapshot.model();
    let tree = snapshot.tree_at(selected.file, selected.start)?;
    let name = tree.parsed.decl.name()?;
    let workflows = model.workflows();
    let own = workflows.iter().find(|it| it.file == selected.file && it.name == name.text)?;
    let workflow = model.workflow_of(own)?;
    let rollout = rollout_at(&workflow.steps, selected)?;
    let strategy = &rollout.strategy;
    let wanted = format!("{}_of_{}", strategy.name, rollout.service.name);
    let name = free_name(snapshot, selected.file, &wanted);
    let stages: Option<Vec<String>> =
        strategy.stages.iter().map(|stage| written(snapshot, selected.file, stage)).collect();
    let new = format!("strategy {name} {{\n  {}\n}}", stages?.join("\n  "));
    let edits = vec![before(selected.file, tree.start, &new), Edit { span: strategy.span, text: name.to_string() }];
    let title = format!("write the stages of `{}` out as `{name}`", strategy.name);
    Some(Refactoring { title, sort: Change::Extract, edits })
}

/// The rollout whose strategy is named at the selection.
fn rollout_at(steps: &[Step], selected: Span) -> Option<&Rollout> {
    steps.iter().find_map(|step| match &step.kind {
        StepKind::Rollout(rollout) => Some(rollout).filter(|it| holds(&it.strategy, selected)),
        StepKind::Parallel(inner) | StepKind::Series(inner) => rollout_at(inner, selected),
        StepKind::When(when) => rollout_at(&when.then, selected).or_else(|| rollout_at(&when.otherwise, selected)),
        // What a loop makes has other stages each time.
        StepKind::For(_) | StepKind::Together(_) | StepKind::Approval(_) | StepKind::Run(_) => None,
        StepKind::Notify(_) | StepKind::Migrate(_) | StepKind::Check(_) | StepKind::Expose(_) => None,
        StepKind::Mirror(_) | StepKind::Wait(_) | StepKind::Rollback(_) => None,
    })
}

fn holds(strategy: &Strategy, selected: Span) -> bool {
    let span = strategy.span;
    span.file == selected.file && span.start <= selected.start && selected.end <= span.end
}

/// The stage as it is written.
fn written(snapshot: &Snapshot, file: FileId, stage: &Stage) -> Option<String> {
    let unwritten = stage.mirror.is_some() || stage.cohort.is_some() || stage.sticky.is_some() || stage.pause.is_some();
    if unwritten {
        return None;
    }
    let mut text = percent_text(stage.weight);
    match stage.instances {
        Instances::ByWeight => {}
        Instances::Count(count) => text += &format!(" on {count} instances"),
        Instances::Share(share) => text += &format!(" on {} of replicas", percent_text(share)),
    }
    for (word, share, behind) in
        [("keeping", stage.keeping, " of replicas"), ("surge", stage.surge, ""), ("unavailable", stage.unavailable, "")]
    {
        if let Some(share) = share {
            let _ = write!(text, " {word} {}{behind}", percent_text(share));
        }
    }
    text.push_str(if stage.after_stop { " after stop" } else { "" });
    if stage.hold_ms > 0 {
        let _ = write!(text, " for {}", duration_text(stage.hold_ms));
    }
    if let Some(gate) = &stage.guard {
        // A gate that the file does not see would have to be imported, perhaps from where it is private.
        snapshot.model().sees(file, &gate.name)?;
        let _ = write!(text, " while {}", gate.name);
    }
    Some(text)
}
