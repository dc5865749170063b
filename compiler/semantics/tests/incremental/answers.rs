//! Everything that a database answers, as one text in which files have paths instead of numbers.

use std::fmt::Write as _;

use diagnostics::{FileId, SourceMap, render};
use semantics::{Database, SemanticModel};

pub(crate) struct Answers {
    pub(crate) text: String,
    /// Whether nothing is an error.
    pub(crate) sound: bool,
}

/// All that can be asked.
pub(crate) fn answers(db: &Database) -> Answers {
    let model = SemanticModel::new(db);
    let found = model.diagnostics();
    let mut text = render::json(&found, &model);
    for file in model.files() {
        writeln!(text, "{} declares {:?}", model.path(file), model.declarations(file)).unwrap();
    }
    let policies = model.policies();
    for workflow in model.workflows() {
        let broken = model.broken(&policies, &workflow);
        let broken: Vec<_> = broken.iter().map(|it| format!("{} {:?}", it.policy, it.finding)).collect();
        writeln!(text, "{:?} breaks {broken:?}", model.workflow_of(&workflow)).unwrap();
    }
    writeln!(text, "{:?} {:?} {:?}", model.tests(), model.flags(), model.acceptances()).unwrap();
    let sound = !found.iter().any(diagnostics::Diagnostic::is_error);
    Answers { text: with_paths(&text, &model), sound }
}

/// File numbers are those of one database: paths stand for them.
fn with_paths(text: &str, model: &SemanticModel<'_>) -> String {
    const BEFORE: &str = "FileId(";
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(BEFORE) {
        let number = &rest[at + BEFORE.len()..];
        let end = number.find(')').unwrap();
        out.push_str(&rest[..at]);
        out.push_str(model.path(FileId(number[..end].parse().unwrap())));
        rest = &number[end + 1..];
    }
    out + rest
}

/// The same asked by two threads, the second from the end.
pub(crate) fn asked_by_two(db: &Database) -> Answers {
    let model = SemanticModel::new(db);
    let (forth, mut back) = (model.files(), model.files());
    back.reverse();
    let ask = |db: Database, files: Vec<FileId>| {
        files.into_iter().for_each(|file| drop(SemanticModel::new(&db).file_diagnostics(file)));
    };
    let (one, two) = (db.clone(), db.clone());
    std::thread::scope(|scope| {
        scope.spawn(move || ask(one, forth));
        scope.spawn(move || ask(two, back));
    });
    answers(db)
}

/// The first place where two answers part.
pub(crate) fn parting(left: &str, right: &str) -> String {
    let same = left.bytes().zip(right.bytes()).take_while(|(a, b)| a == b).count();
    let near = |text: &str| {
        let from = (0..=same.saturating_sub(200)).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text[from..].chars().take(500).collect::<String>()
    };
    format!("incremental: …{}\nfresh: …{}", near(left), near(right))
}
