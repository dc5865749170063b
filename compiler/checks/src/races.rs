//! P10: branches that run at once change different things.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Span, codes};
use semantics::model::{Loop, Rollout, Step, StepKind, Workflow};

pub(crate) fn check(workflow: &Workflow) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    in_steps(&workflow.steps, &mut found);
    in_steps(&workflow.finally, &mut found);
    found
}

/// What a step changes, as messages name it, and where.
type Targets = BTreeMap<String, Span>;

/// What a list of steps changes; reports the races inside.
fn in_steps(steps: &[Step], found: &mut Vec<Diagnostic>) -> Targets {
    let mut targets = Targets::new();
    for step in steps {
        // The first place stands for all of one thing.
        for (target, at) in in_step(step, found) {
            targets.entry(target).or_insert(at);
        }
    }
    targets
}

fn in_step(step: &Step, found: &mut Vec<Diagnostic>) -> Targets {
    let mut targets = match &step.kind {
        StepKind::Rollout(it) => one(rolled_out(it), step.span),
        StepKind::Together(it) => {
            it.members.iter().map(|member| (placed(&member.service.name, &it.environment.name), member.span)).collect()
        }
        StepKind::Mirror(it) => one(placed(&it.service.name, &it.environment.name), step.span),
        StepKind::Expose(it) => one(format!("the flag `{}` in `{}`", it.flag.name, it.environment.name), step.span),
        StepKind::Migrate(it) => {
            let changed = it.phases.iter().map(|phase| &phase.migration.database.name);
            changed
                .map(|database| (format!("the database {}", placed(database, &it.environment.name)), step.span))
                .collect()
        }
        StepKind::Parallel(branches) => {
            let branches: Vec<Targets> = branches.iter().map(|branch| in_step(branch, found)).collect();
            apart(branches, found)
        }
        StepKind::For(each) => in_loop(each, step, found),
        StepKind::Series(steps) => in_steps(steps, found),
        StepKind::When(when) => {
            let mut either = in_steps(&when.then, found);
            either.extend(in_steps(&when.otherwise, found));
            either
        }
        StepKind::Run(_) | StepKind::Notify(_) | StepKind::Check(_) => Targets::new(),
        StepKind::Approval(_) | StepKind::Wait(_) | StepKind::Rollback(_) => Targets::new(),
    };
    targets.extend(in_steps(&step.on_failure, found));
    targets
}

fn in_loop(each: &Loop, step: &Step, found: &mut Vec<Diagnostic>) -> Targets {
    let rounds: Vec<Targets> = each.rounds.iter().map(|round| in_steps(&round.steps, found)).collect();
    if !each.at_once {
        return rounds.into_iter().flatten().collect();
    }
    // Both rounds stand at one place: the loop is the other.
    let rounds = rounds.into_iter().enumerate();
    let rounds =
        rounds.map(|(at, round)| if at == 0 { round.into_keys().map(|it| (it, step.span)).collect() } else { round });
    apart(rounds.collect(), found)
}

/// All targets of branches, each race among them reported once.
fn apart(branches: Vec<Targets>, found: &mut Vec<Diagnostic>) -> Targets {
    let mut all = Targets::new();
    for branch in branches {
        let clashes = branch.iter().filter_map(|(target, at)| Some((target, *at, *all.get(target)?)));
        found.extend(clashes.map(|(target, second, first)| race(target, first, second)));
        for (target, at) in branch {
            all.entry(target).or_insert(at);
        }
    }
    all
}

fn race(target: &str, first: Span, second: Span) -> Diagnostic {
    let message = format!("two branches change {target} at once");
    Diagnostic::error(codes::RACE, second, message)
        .label("the second")
        .also(first, "the first")
        .note("which of them comes last would be a matter of chance")
        .help("put them into one branch, one behind the other: `series { ... }`")
}

fn one(target: String, at: Span) -> Targets {
    Targets::from([(target, at)])
}

fn rolled_out(rollout: &Rollout) -> String {
    placed(&rollout.service.name, &rollout.environment.name)
}

fn placed(service: &str, environment: &str) -> String {
    format!("`{service}` in `{environment}`")
}
