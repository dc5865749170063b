//! The proofs of the compiler, measured by sources changed in one place, by operators that were fixed before any verdict was
//! seen (docs/decisions/0051). The tests judge a sample; `cargo xtask bench mutants` all of them.

mod operators;
mod texts;

use std::collections::BTreeSet;

use diagnostics::Diagnostic;
use semantics::{Database, SemanticModel};

use crate::corpus::{Files, loaded, projects};
pub(crate) use operators::{OPERATORS, Operator};

/// What became of a mutant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// With one of the codes that the operator named before.
    Expected,
    /// With other codes only.
    Other,
    /// Nothing new is said.
    Accepted,
}

/// A project with what is said of it.
pub(crate) struct Source {
    files: Files,
    known: BTreeSet<String>,
}

/// A changed source.
pub(crate) struct Mutant<'s> {
    pub(crate) files: Files,
    source: &'s Source,
}

impl Source {
    /// Of a project without an error.
    fn of(files: Files) -> Option<Self> {
        let found = all(&loaded(&files));
        let known = found.iter().map(line).collect();
        (!found.iter().any(Diagnostic::is_error)).then_some(Self { files, known })
    }
}

/// The projects without an error in which something is rolled out: as they are, and under the policies of the library.
pub(crate) fn sound() -> [Vec<Source>; 2] {
    let rolls = |files: &Files| files.iter().any(|(_, text)| text.contains("rollout ") || text.contains("together "));
    let plain: Vec<Source> = projects().into_iter().filter(rolls).filter_map(Source::of).collect();
    let governed = |source: &Source| {
        let files = source.files.iter().map(|(path, text)| (path.clone(), operators::under_policies(path, text)));
        Source::of(files.collect())
    };
    let governed = plain.iter().filter_map(governed).collect();
    [plain, governed]
}

/// The mutants of these projects.
pub(crate) fn mutants<'s>([plain, governed]: &'s [Vec<Source>; 2], operator: &Operator) -> Vec<Mutant<'s>> {
    let sources = if operator.governed { governed } else { plain };
    sources.iter().flat_map(|source| of_one(source, operator)).collect()
}

fn of_one<'s>(source: &'s Source, operator: &Operator) -> Vec<Mutant<'s>> {
    let mut found = Vec::new();
    for (at, (path, text)) in source.files.iter().enumerate() {
        let changes = if path.ends_with(".deploy") { (operator.change)(text) } else { Vec::new() };
        for changed in changes.into_iter().filter(|changed| changed != text) {
            let mut files = source.files.clone();
            files[at].1 = changed;
            found.push(Mutant { files, source });
        }
    }
    found
}

/// What is said of a mutant that was not said of its source.
pub(crate) fn verdict(mutant: &Mutant<'_>, operator: &Operator) -> (Verdict, Vec<String>) {
    let found = all(&loaded(&mutant.files));
    let new: Vec<&Diagnostic> = found.iter().filter(|it| !mutant.source.known.contains(&line(it))).collect();
    let codes: Vec<String> = new.iter().map(|it| it.code.to_string()).collect();
    let verdict = match codes.as_slice() {
        [] => Verdict::Accepted,
        codes if codes.iter().any(|code| operator.codes.contains(&code.as_str())) => Verdict::Expected,
        _ => Verdict::Other,
    };
    (verdict, codes)
}

/// Places move with a change; what is said does not.
fn line(it: &Diagnostic) -> String {
    format!("{} {}", it.code, it.message)
}

/// Everything that `deployc check` says, limits of budgets included.
fn all(database: &Database) -> Vec<Diagnostic> {
    let model = SemanticModel::new(database);
    let mut found = checks::check_all(&model);
    if found.iter().any(Diagnostic::is_error) {
        return found;
    }
    let place = |_| plan::Place { file: String::new(), line: 1, column: 1 };
    for workflow in model.workflows() {
        let Some(evaluated) = model.workflow_of(&workflow) else { continue };
        match lower::draft(&evaluated, "2026", &place) {
            Err(errors) => found.extend(errors),
            Ok(draft) => {
                let plan = lower::with_objectives(draft, &model.objectives(), &place).seal();
                found.extend(risk::broken(&plan).into_iter().map(|it| limit(&it, workflow.span)));
            }
        }
    }
    found
}

fn limit(broken: &risk::Broken, at: diagnostics::Span) -> Diagnostic {
    use diagnostics::codes;
    match broken {
        risk::Broken::NoBudget { rollout, .. } => Diagnostic::error(codes::NO_BUDGET, at, rollout.clone()),
        risk::Broken::Overspent { rollout, .. } => Diagnostic::error(codes::OVERSPENT, at, rollout.clone()),
    }
}

/// Mutants of each operator that the tests judge.
#[cfg(test)]
const SAMPLE: usize = 6;

#[test]
fn certain_changes_are_refused_and_every_proof_says_no() {
    let sources = sound();
    assert!(sources[0].len() > 20, "{} sources", sources[0].len());
    let mut refusing = BTreeSet::new();
    for operator in OPERATORS {
        let all = mutants(&sources, operator);
        assert!(!all.is_empty(), "{} {} changes nothing", operator.proof, operator.name);
        for mutant in all.iter().step_by(all.len().div_ceil(SAMPLE)) {
            let (verdict, codes) = verdict(mutant, operator);
            let rightly = verdict != Verdict::Accepted || !operator.certain;
            assert!(rightly, "{} {}: {codes:?}\n{:?}", operator.proof, operator.name, mutant.files);
            if verdict == Verdict::Expected {
                refusing.insert(operator.proof);
            }
        }
    }
    assert_eq!(refusing, BTreeSet::from(["P2", "P3", "P6", "P7", "P9", "P10", "P11", "P12", "P14"]));
}
