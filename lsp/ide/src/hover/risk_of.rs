//! What a gate can detect, what a stage can cost and how long it lasts, what brings a rollout back and until when: in the
//! words of `deployc plan`.

use diagnostics::{FileId, Span};
use risk::duration::shown;
use risk::{RolloutRisk, StageRisk, text};
use semantics::Symbol;
use syntax::ast::{DeclKind, Range, StageEntry, Step, StepKind};
use syntax::walk::{self, Visitor};

use crate::risks::Assessed;
use crate::{Risks, Snapshot};

/// Lines of one kind that are told.
const LINES_MAX: usize = 8;

/// What is known of a gate, strategy or workflow wherever it is named.
pub(super) fn symbol(snapshot: &Snapshot, risks: &Risks, symbol: &Symbol) -> Option<String> {
    let lines = match snapshot.model().kind_of(symbol)? {
        "gate" => gate(risks, symbol.name()),
        "strategy" => strategy(risks, symbol.name()),
        "workflow" => workflow(risks, symbol.name()),
        _ => return None,
    };
    list(lines)
}

/// What is known of the stage or step that is written at an offset.
pub(super) fn place(snapshot: &Snapshot, risks: &Risks, file: FileId, offset: u32) -> Option<String> {
    let tree = snapshot.tree_at(file, offset)?;
    let mut here = Here { offset: offset.checked_sub(tree.start)?, step: None, stage: None };
    walk::decl(&tree.parsed.decl, &mut here);
    let span = |range: Range| range.at(file, tree.start);
    match (&tree.parsed.decl.kind, here.stage, here.step) {
        (DeclKind::Strategy(_), Some(range), _) => stage(snapshot, risks, span(range)),
        (DeclKind::Workflow(_), _, Some(range)) => step(snapshot, risks, span(range)),
        _ => None,
    }
}

/// The innermost stage and step around an offset.
struct Here {
    offset: u32,
    step: Option<Range>,
    stage: Option<Range>,
}

impl Visitor for Here {
    fn step(&mut self, step: &Step) {
        // What holds other steps is told by them.
        let holds = matches!(
            step.kind,
            StepKind::Parallel(_) | StepKind::Series(_) | StepKind::Finally(_) | StepKind::For(_) | StepKind::When(_)
        );
        if !holds && step.range.start <= self.offset && self.offset <= step.range.end {
            self.step = Some(step.range);
        }
    }

    fn stage(&mut self, stage: &StageEntry) {
        if let StageEntry::Stage(stage) = stage
            && stage.range.start <= self.offset
            && self.offset <= stage.range.end
        {
            self.stage = Some(stage.range);
        }
    }
}

fn list(lines: Vec<String>) -> Option<String> {
    let more = lines.len().saturating_sub(LINES_MAX);
    let mut shown: Vec<String> = lines.into_iter().take(LINES_MAX).map(|line| format!("* {line}")).collect();
    shown.extend((more > 0).then(|| format!("* and {more} more")));
    (!shown.is_empty()).then(|| shown.join("\n"))
}

fn rollouts(risks: &Risks) -> impl Iterator<Item = (&Assessed, &RolloutRisk)> {
    risks.all().iter().flat_map(|it| it.report.rollouts.iter().map(move |rollout| (it, rollout)))
}

/// What a gate can tell, wherever it watches; the same said once.
fn gate(risks: &Risks, name: &str) -> Vec<String> {
    let watched = |stage: &&StageRisk| stage.gate.as_deref() == Some(name);
    let mut lines = Vec::new();
    for (_, rollout) in rollouts(risks) {
        for stage in rollout.stages.iter().filter(watched) {
            let told = stage
                .sights
                .iter()
                .map(|it| format!("at {} of {}: `{}` {}", stage.stage, rollout.rollout, it.condition, text::tells(it)));
            lines.extend(told);
        }
        let through = rollout.lets_through.iter().filter(|it| it.gate == name);
        lines.extend(through.map(|it| format!("lets through: {}", text::lets_through(it))));
    }
    once(lines)
}

/// What the rollouts of a strategy risk, stage by stage.
fn strategy(risks: &Risks, name: &str) -> Vec<String> {
    let of = |(_, rollout): &(&Assessed, &RolloutRisk)| rollout.strategy == name;
    let stages = rollouts(risks).filter(of).flat_map(|(_, rollout)| {
        let stages = rollout.stages.iter();
        stages.map(|it| format!("{} at {}: {}", rollout.rollout, it.stage, text::stage(it)))
    });
    once(stages.collect())
}

fn workflow(risks: &Risks, name: &str) -> Vec<String> {
    let Some(it) = risks.all().iter().find(|it| it.workflow == name) else { return Vec::new() };
    let mut lines = vec![
        text::summary(&it.report).trim().trim_start_matches("summary: ").to_owned(),
        format!("takes {}", text::times(&it.report.time)),
    ];
    lines.extend(it.report.irreversible.iter().map(|it| format!("no way back from {}: {}", it.node, it.why)));
    lines
}

fn stage(snapshot: &Snapshot, risks: &Risks, span: Span) -> Option<String> {
    let mut lines = Vec::new();
    for (_, rollout, stage) in risks.stages_in(snapshot, span) {
        let before: u64 = rollout.stages.iter().take_while(|it| !std::ptr::eq(*it, stage)).map(|it| it.hold_ms).sum();
        lines.push(format!(
            "{} at {}: {}; ends {} behind the start at the earliest",
            rollout.rollout,
            stage.stage,
            text::stage(stage),
            shown(before.saturating_add(stage.hold_ms))
        ));
        lines.extend(stage.sights.iter().map(|it| format!("`{}` {}", it.condition, text::tells(it))));
    }
    list(once(lines))
}

/// What brings a step back, and until when; what nothing brings back.
fn step(snapshot: &Snapshot, risks: &Risks, span: Span) -> Option<String> {
    let mut lines = Vec::new();
    for it in risks.all() {
        for rollout in it.report.rollouts.iter().filter(|rollout| it.is_in(snapshot, rollout.place.as_ref(), span)) {
            lines.push(format!("way back of {}: {}", rollout.rollout, text::way_back(&rollout.back)));
            lines.extend(rollout.limits.iter().map(|it| format!("may spend {}", text::limit(it))));
            lines.extend(rollout.stages.iter().map(|it| format!("at {}: {}", it.stage, text::stage(it))));
        }
        let lost = it.report.irreversible.iter().filter(|lost| it.is_in(snapshot, lost.place.as_ref(), span));
        lines.extend(lost.map(|it| format!("no way back from {}: {}", it.node, it.why)));
        let waits =
            it.report.time.waits.iter().filter(|wait| it.is_in(snapshot, it.plan.source_map.get(&wait.at), span));
        lines.extend(waits.map(|wait| {
            let most = wait.at_most_ms.map_or(String::new(), |ms| format!(", at most {}", shown(ms)));
            format!("{}: {}{most}", wait.at, wait.why)
        }));
    }
    list(once(lines))
}

fn once(lines: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for line in lines {
        if !kept.contains(&line) {
            kept.push(line);
        }
    }
    kept
}
