//! P4: within a workflow, the phases of a migration come in their order, each once in an environment.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, Span, codes};
use semantics::model::{CarriedPhase, Migrate, PhaseName, Step, StepKind, Workflow};
use smol_str::SmolStr;

pub(crate) fn check(workflow: &Workflow) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    in_steps(&workflow.steps, &mut Carried::new(), &mut found);
    found
}

/// The last phase that is sure to have been carried out, by migration and environment. Earlier workflows may have
/// carried out others, so a phase that is missing is no finding.
type Carried = BTreeMap<(Span, SmolStr), (PhaseName, Span)>;

fn in_steps(steps: &[Step], carried: &mut Carried, found: &mut Vec<Diagnostic>) {
    for step in steps {
        match &step.kind {
            StepKind::Migrate(migrate) => in_order(migrate, carried, found),
            StepKind::Series(inner) => in_steps(inner, carried, found),
            StepKind::Parallel(branches) => beside(branches.iter().map(std::slice::from_ref), carried, found),
            StepKind::For(each) if each.at_once => {
                beside(each.rounds.iter().map(|round| round.steps.as_slice()), carried, found);
            }
            StepKind::For(each) => each.rounds.iter().for_each(|round| in_steps(&round.steps, carried, found)),
            StepKind::When(when) => {
                let mut otherwise = carried.clone();
                in_steps(&when.then, carried, found);
                in_steps(&when.otherwise, &mut otherwise, found);
                // Nobody knows which side it will be.
                carried.retain(|key, (phase, _)| otherwise.get(key).is_some_and(|(other, _)| other == phase));
            }
            StepKind::Rollout(_) | StepKind::Run(_) | StepKind::Check(_) | StepKind::Approval(_) => {}
            StepKind::Wait(_) | StepKind::Expose(_) | StepKind::Mirror(_) | StepKind::Notify(_) => {}
            StepKind::Together(_) | StepKind::Rollback(_) => {}
        }
    }
}

/// Branches: none knows of another, and what comes behind knows of all.
fn beside<'s>(branches: impl Iterator<Item = &'s [Step]>, carried: &mut Carried, found: &mut Vec<Diagnostic>) {
    let before = carried.clone();
    for branch in branches {
        let mut own = before.clone();
        in_steps(branch, &mut own, found);
        carried.extend(own);
    }
}

fn in_order(migrate: &Migrate, carried: &mut Carried, found: &mut Vec<Diagnostic>) {
    for it in &migrate.phases {
        let key = (it.migration.span, migrate.environment.name.clone());
        match carried.get(&key) {
            Some((before, at)) if *before >= it.phase => {
                found.push(out_of_order(it, &migrate.environment.name, *before, *at));
            }
            Some(_) | None => {
                carried.insert(key, (it.phase, it.span));
            }
        }
    }
}

fn out_of_order(it: &CarriedPhase, environment: &str, before: PhaseName, at: Span) -> Diagnostic {
    let named = |phase: PhaseName| format!("{}.{}", it.migration.name, phase.word());
    let (message, help) = if before == it.phase {
        (format!("`{}` is carried out twice in `{environment}`", named(before)), "take one of them out")
    } else {
        let message = format!("`{}` comes after `{}` in `{environment}`", named(it.phase), named(before));
        (message, "the order is `expand`, `backfill`, `contract`")
    };
    Diagnostic::error(codes::MIGRATE_ORDER, it.span, message).also(at, "carried out before, here").help(help)
}
