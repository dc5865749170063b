//! The proofs about a workflow: one file each, written against the evaluated model.
//!
//! Nothing here reads source or evaluates: a check sees stages, gates and environments as they will run.

mod answers;
mod approvals;
mod arms;
mod effects;
mod places;
mod samples;
mod sharing;
mod stages;
mod unguarded;
mod windows;

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Diagnostic, codes};
use semantics::model::Workflow;
use semantics::{Database, SemanticModel, WorkflowRef};

use places::Places;

/// What the proofs say about one workflow, sorted by place.
#[must_use]
pub fn check(workflow: &Workflow) -> Vec<Diagnostic> {
    let places = Places::of(workflow);
    let mut found = stages::check(&places);
    found.extend(answers::check(&places));
    found.extend(arms::check(&places));
    found.extend(windows::check(&places));
    found.extend(samples::check(&places));
    found.extend(unguarded::check(&places));
    found.extend(approvals::check(&places));
    found.extend(effects::check(&places));
    found.extend(sharing::traffic(&places));
    found.sort_by_key(Diagnostic::sort_key);
    found
}

/// What [`check_all`] says, found on several threads. They need nothing but the database, so that whoever holds it
/// may go on to ask it.
#[must_use]
pub fn check_on(database: &Database, threads: usize) -> Vec<Diagnostic> {
    database.prepare(threads);
    check_all(&SemanticModel::new(database))
}

/// Everything that is to be said about a project: syntax, meaning and the proofs about every workflow, sorted by
/// place, each finding once.
#[must_use]
pub fn check_all(model: &SemanticModel<'_>) -> Vec<Diagnostic> {
    let mut found = model.diagnostics();
    let workflows = model.workflows();
    found.extend(namesakes(&workflows));
    let evaluated: Vec<_> = workflows.iter().filter_map(|it| model.workflow_of(it)).collect();
    let proved = evaluated.iter().flat_map(|it| check(it)).chain(sharing::identities(&evaluated));
    let mut said = BTreeSet::new();
    found.extend(proved.filter(|it| said.insert((it.sort_key(), it.message.clone()))));
    found.sort_by_key(Diagnostic::sort_key);
    found
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
