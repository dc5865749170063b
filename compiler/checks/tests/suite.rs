//! Runs the language suite (`tests/suite/*.md`), the examples of the reference (`docs/reference/*.md`), of the guide
//! (`docs/guide/*.md`) and those of the error pages (`docs/errors/*.md`).
//!
//! In the suite, a heading begins a case: its `deploy` blocks are the files, its `diagnostics` block is all that
//! is said about them, nothing if there is none. `BLESS=1` writes what was said into the pages.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod library;
mod markdown;
mod payment;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use diagnostics::{Diagnostic, LineIndex, SourceMap};
use markdown::{Block, blocks};
use semantics::{Database, SemanticModel, SourceText};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn pages(folder: &str) -> Vec<PathBuf> {
    let mut pages: Vec<PathBuf> = std::fs::read_dir(root().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .collect();
    pages.sort();
    pages
}

fn load(files: &[(String, String)]) -> Database {
    let mut db = Database::default();
    let files = files.iter().map(|(path, text)| SourceText { path: path.clone(), text: Arc::from(text.as_str()) });
    let (sources, schemas) = files.partition(|file: &SourceText| file.path.ends_with(".deploy"));
    db.set_sources("2026", sources);
    db.set_schemas(schemas);
    db
}

fn said(files: &[(String, String)]) -> Vec<String> {
    let db = load(files);
    let model = SemanticModel::new(&db);
    let lines = checks::check_all(&model).into_iter().map(|it| line(&model, &it));
    lines.collect()
}

fn line(model: &SemanticModel<'_>, it: &Diagnostic) -> String {
    let at = LineIndex::new(model.text(it.primary.span.file)).line_col(it.primary.span.start);
    let path = match model.path(it.primary.span.file) {
        "main.deploy" => String::new(),
        other => format!("{other}:"),
    };
    format!("{path}{}:{} {} {}", at.line, at.column, it.code, it.message)
}

fn files(blocks: &[Block]) -> Vec<(String, String)> {
    blocks.iter().filter(|block| block.language == "deploy" || block.language == "sql").map(Block::file).collect()
}

/// The blocks under each heading.
fn cases(text: &str) -> Vec<(String, Vec<Block>)> {
    let mut cases: Vec<(String, Vec<Block>)> = Vec::new();
    for block in blocks(text) {
        match cases.last_mut() {
            Some((heading, held)) if *heading == block.heading => held.push(block),
            _ => cases.push((block.heading.clone(), vec![block])),
        }
    }
    cases
}

#[test]
fn the_language_by_example() {
    let mut wrong = Vec::new();
    for page in pages("tests/suite").into_iter().chain(pages("docs/reference")) {
        let text = std::fs::read_to_string(&page).unwrap();
        let mut blessed = text.clone();
        for (heading, blocks) in cases(&text).into_iter().rev() {
            let found = said(&files(&blocks)).join("\n");
            let expected = blocks.iter().find(|block| block.language == "diagnostics");
            let written = expected.map_or("", |block| block.text.trim_end());
            if found == written {
                continue;
            }
            wrong.push(format!("{}: {heading}\n-- expected\n{written}\n-- found\n{found}\n", page.display()));
            if let Some(block) = expected {
                blessed.replace_range(block.range.clone(), &format!("```diagnostics\n{found}\n```"));
            } else if let Some(last) = blocks.last() {
                blessed.insert_str(last.range.end, &format!("\n\n```diagnostics\n{found}\n```"));
            }
        }
        if std::env::var_os("BLESS").is_some() && blessed != text {
            std::fs::write(&page, blessed).unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Each page's failing example says exactly its code, the mended one says nothing.
#[test]
fn error_pages_say_what_they_show() {
    let mut wrong = Vec::new();
    for code in diagnostics::codes::ALL.iter().filter(|code| is_ours(code.id())) {
        let path = root().join(format!("docs/errors/{code}.md"));
        // That every code has its page is the tidy test's.
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let examples = examples(&text);
        let [failing, mended] = examples.as_slice() else {
            wrong.push(format!("{code}: a page has two examples, this one {}", examples.len()));
            continue;
        };
        let found = said(failing);
        if found.is_empty() || !found.iter().all(|line| line.split(' ').nth(1) == Some(code.id())) {
            wrong.push(format!("{code}: the failing example says {found:#?}"));
        }
        let found = said(mended);
        if !found.is_empty() {
            wrong.push(format!("{code}: the mended example says {found:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Codes of meaning and proofs; those of syntax, project and plan are tried where they are found.
fn is_ours(code: &str) -> bool {
    // These are said by `check --as-of` and by `test`.
    let elsewhere = ["E0707", "E0717", "E0718"];
    let ours = ["E02", "E03", "E04", "E06", "E07", "W02", "W04", "W06", "W07"];
    !elsewhere.contains(&code) && ours.iter().any(|prefix| code.starts_with(prefix))
}

/// A block without a path is an example; those before it with a path are files beside it.
fn examples(text: &str) -> Vec<Vec<(String, String)>> {
    let mut examples = Vec::new();
    let mut beside = Vec::new();
    for block in blocks(text).iter().filter(|block| block.language == "deploy" || block.language == "sql") {
        match block.path {
            Some(_) => beside.push(block.file()),
            None => examples.push(beside.iter().cloned().chain([block.file()]).collect()),
        }
    }
    examples
}

/// What the reference and the guide show compiles as it stands.
#[test]
fn the_reference_compiles() {
    let mut wrong = Vec::new();
    for page in pages("docs/reference").into_iter().chain(pages("docs/guide")) {
        let text = std::fs::read_to_string(&page).unwrap();
        for example in examples(&text) {
            let found = said(&example);
            if !found.is_empty() {
                wrong.push(format!("{}: {found:#?}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_standard_library_is_clean() {
    let folder = root().join("stdlib/std");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        files.push((format!("library/{name}"), std::fs::read_to_string(path).unwrap()));
    }
    assert_eq!(said(&files), Vec::<String>::new());
}

#[test]
fn the_examples_are_clean() {
    let example = root().join("examples/first-canary/first_canary.deploy");
    let text = std::fs::read_to_string(example).unwrap();
    assert_eq!(said(&[("first_canary.deploy".to_owned(), text)]), Vec::<String>::new());
}
