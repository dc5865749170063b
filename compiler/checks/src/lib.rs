//! The proofs about a workflow: one file each, written against the evaluated model.
//!
//! Nothing here reads source or evaluates: a check sees stages, gates and environments as they will run.

mod acceptances;
mod answers;
mod approvals;
mod arms;
mod asides;
mod asked;
mod calls;
mod cohorts;
mod databases;
mod effects;
mod exposures;
mod measured;
mod migrating;
mod objectives;
mod places;
mod power;
mod questions;
mod races;
mod replacing;
mod samples;
mod sharing;
mod spoken;
mod stages;
mod thresholds;
mod times;
mod unguarded;
mod windows;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use diagnostics::{Diagnostic, codes};
use semantics::governance::Policies;
use semantics::model::{Acceptance, Slo, Workflow};
use semantics::{SemanticModel, WorkflowRef};

use acceptances::Found;
pub use acceptances::expired;
use places::Places;

/// What the proofs say about one workflow of services with these objectives, sorted by place.
#[must_use]
pub fn check(workflow: &Workflow, objectives: &[Slo]) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = proofs(workflow, objectives).into_iter().map(|it| it.finding).collect();
    found.sort_by_key(Diagnostic::sort_key);
    found
}

/// Each finding with the declarations that it is about.
fn proofs(workflow: &Workflow, objectives: &[Slo]) -> Vec<Found> {
    let places = Places::of(workflow);
    let mut found = sharing::traffic(&places);
    found.extend(races::check(workflow));
    found.extend(migrating::check(workflow));
    found.extend(calls::check(workflow));
    found.extend(times::check(workflow));
    let mut found: Vec<Found> = found.into_iter().map(of_a_proof).collect();
    for (part, about) in places.apart() {
        let findings = of_places(&part, objectives).into_iter();
        found.extend(findings.map(|finding| Found { about: about.clone(), ..of_a_proof(finding) }));
    }
    found
}

fn of_places(places: &Places<'_>, objectives: &[Slo]) -> Vec<Diagnostic> {
    let mut found = stages::check(places);
    found.extend(replacing::check(places));
    found.extend(exposures::check(places));
    found.extend(cohorts::check(places));
    found.extend(objectives::check(places));
    found.extend(answers::check(places));
    found.extend(arms::check(places));
    found.extend(windows::check(places));
    found.extend(measured::check(places));
    found.extend(power::check(places));
    found.extend(thresholds::check(places, objectives));
    found.extend(unguarded::check(places));
    found.extend(approvals::check(places));
    found.extend(effects::check(places));
    found.extend(databases::check(places));
    found
}

/// Everything that is to be said about a project: syntax, meaning and the proofs about every workflow, sorted by
/// place, each finding once.
#[must_use]
pub fn check_all(model: &SemanticModel<'_>) -> Vec<Diagnostic> {
    let mut found = model.diagnostics();
    found.extend(beyond(model, found.iter().any(Diagnostic::is_error)));
    found.sort_by_key(Diagnostic::sort_key);
    found
}

/// What is to be said beyond what the model says by itself: the proofs about every workflow, sorted by place, each finding
/// once. `errors` tells whether the model says that something is wrong.
#[must_use]
pub fn beyond(model: &SemanticModel<'_>, errors: bool) -> Vec<Diagnostic> {
    let workflows = model.workflows();
    let mut found = namesakes(&workflows);
    found.extend(databases::namesakes(model));
    let errors = errors || found.iter().any(Diagnostic::is_error);
    let (mut proved, evaluated) = proved(model, &workflows);
    proved.extend(sharing::identities(&evaluated).into_iter().map(of_a_proof));
    let acceptances = model.acceptances();
    let (left, used) = acceptances::apply(proved, &acceptances);
    let mut said = BTreeSet::new();
    found.extend(left.into_iter().filter(|it| said.insert((it.sort_key(), it.message.clone()))));
    if !errors {
        // Where something cannot be read, nobody knows what would be found.
        found.extend(acceptances::idle(&acceptances, &used));
    }
    found.sort_by_key(Diagnostic::sort_key);
    found
}

/// The exceptions that a workflow's plan stands under: those without which a proof would have spoken.
#[must_use]
pub fn accepted(model: &SemanticModel<'_>, workflow: &WorkflowRef) -> Vec<Acceptance> {
    let acceptances = model.acceptances();
    if acceptances.is_empty() {
        return acceptances;
    }
    let (found, _) = proved(model, std::slice::from_ref(workflow));
    let (_, used) = acceptances::apply(found, &acceptances);
    acceptances.into_iter().enumerate().filter(|(at, _)| used.contains(at)).map(|(_, it)| it).collect()
}

/// What the proofs and the policies find in these workflows, and the workflows evaluated.
fn proved(model: &SemanticModel<'_>, workflows: &[WorkflowRef]) -> (Vec<Found>, Vec<Arc<Workflow>>) {
    let policies: Policies<'_> = model.policies();
    let objectives = model.objectives();
    let mut found = Vec::new();
    let mut evaluated = Vec::new();
    for reference in workflows {
        let Some(workflow) = model.workflow_of(reference) else { continue };
        found.extend(proofs(&workflow, &objectives));
        let broken = model.broken(&policies, reference).into_iter();
        found.extend(broken.map(|it| Found { finding: it.finding, policy: Some(it.policy), about: it.about }));
        evaluated.push(workflow);
    }
    (found, evaluated)
}

fn of_a_proof(finding: Diagnostic) -> Found {
    Found { finding, policy: None, about: Vec::new() }
}

/// Workflows of one name in several files: a run is started by that name alone.
fn namesakes(workflows: &[WorkflowRef]) -> Vec<Diagnostic> {
    let mut by_name: BTreeMap<&str, &WorkflowRef> = BTreeMap::new();
    let again = workflows.iter().filter_map(|it| {
        let first = *by_name.entry(&it.name).or_insert(it);
        if first.file == it.file {
            return None;
        }
        let message = format!("another workflow is called `{}`", it.name);
        let diagnostic = Diagnostic::error(codes::DUPLICATE_NAME, it.span, message)
            .also(first.span, "the first")
            .note("a run is started by the name of its workflow, whichever file it stands in")
            .help("rename one of them");
        Some(diagnostic)
    });
    again.collect()
}
