//! Everything in the language that the repository holds: examples, the standard library, the blocks of its pages.

use std::path::{Path, PathBuf};

use semantics::Database;

/// Files that belong together, by path.
pub(crate) type Files = Vec<(String, String)>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The whole projects: each heading of the suite and the reference, each example of an error page, each example folder.
pub(crate) fn projects() -> Vec<Files> {
    let mut projects = Vec::new();
    for folder in ["tests/suite", "docs/reference", "docs/errors", "docs/operations"] {
        for page in files_in(&root().join(folder), "md") {
            projects.extend(cases(&std::fs::read_to_string(page).unwrap()));
        }
    }
    let examples = files_in(&root().join("examples"), "deploy").into_iter();
    projects.extend(examples.map(|path| vec![("main.deploy".to_owned(), std::fs::read_to_string(path).unwrap())]));
    projects.push(vec![("main.deploy".to_owned(), include_str!("broad.deploy").to_owned())]);
    projects
}

/// Every text in the language, alone.
pub(crate) fn texts() -> Vec<String> {
    let sources = projects().into_iter().flatten().filter(|(path, _)| path.ends_with(".deploy"));
    let mut texts: Vec<String> = sources.map(|(_, text)| text).collect();
    for folder in ["stdlib", "compiler/syntax/tests/data"] {
        texts
            .extend(files_in(&root().join(folder), "deploy").iter().map(|path| std::fs::read_to_string(path).unwrap()));
    }
    texts
}

/// The files below a folder with that ending, in order.
fn files_in(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            found.extend(files_in(&path, ending));
        } else if path.extension().is_some_and(|it| it == ending) {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// The blocks of a page: those under one heading are one project, and one that has a path already begins the next.
fn cases(page: &str) -> Vec<Files> {
    let mut cases: Vec<Files> = vec![Vec::new()];
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if line.starts_with('#') {
            cases.push(Vec::new());
        }
        let Some(info) = line.strip_prefix("```") else { continue };
        let block: String =
            lines.by_ref().take_while(|line| !line.starts_with("```")).flat_map(|line| [line, "\n"]).collect();
        let mut words = info.split_whitespace();
        if !matches!(words.next(), Some("deploy" | "sql")) {
            continue;
        }
        let path = words.next().unwrap_or("main.deploy").to_owned();
        if cases.last().is_none_or(|case| case.iter().any(|(known, _)| *known == path)) {
            cases.push(Vec::new());
        }
        cases.last_mut().unwrap().push((path, block));
    }
    cases.retain(|case| !case.is_empty());
    cases
}

#[test]
fn the_repository_holds_much_of_the_language() {
    assert!(projects().len() > 100 && texts().len() > 100, "{} projects, {} texts", projects().len(), texts().len());
}

/// A database of these files.
pub(crate) fn loaded(files: &[(String, String)]) -> Database {
    let text =
        |(path, text): &(String, String)| semantics::SourceText { path: path.clone(), text: text.as_str().into() };
    let (sources, schemas) = files.iter().map(text).partition(|it| it.path.ends_with(".deploy"));
    let mut db = Database::default();
    db.set_sources("2026", sources);
    db.set_schemas(schemas);
    db
}
