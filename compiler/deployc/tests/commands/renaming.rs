//! The pages of the codes, with other names: what is said must not depend on what things are called.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use diagnostics::{Diagnostic, FileId, SourceMap as _, Span, codes};
use plan::Place;
use semantics::{Database, SemanticModel, SourceText};
use syntax::ast::DeclKind;
use syntax::lex::{TokenKind, tokens};

use crate::pages::examples;

/// What stands behind every name; also in a service's id, where `_` is none of the characters.
const SUFFIX: &str = "zq";

/// Codes that are said of plans, when a day is given, and by `deployc test`.
const ELSEWHERE: [&str; 5] = ["E0540", "E0541", "E0707", "E0717", "E0718"];

type Files = Vec<(String, String)>;

fn owned(files: Vec<(&str, String)>) -> Files {
    files.into_iter().map(|(path, text)| (path.to_owned(), text)).collect()
}

fn said(files: &Files) -> Vec<String> {
    let mut db = Database::default();
    let files = files.iter().map(|(path, text)| SourceText { path: path.clone(), text: Arc::from(text.as_str()) });
    let (sources, schemas) = files.partition(|file: &SourceText| file.path.ends_with(".deploy"));
    db.set_sources("2026", sources);
    db.set_schemas(schemas);
    let model = SemanticModel::new(&db);
    let mut found = checks::check_all(&model);
    if !found.iter().any(Diagnostic::is_error) {
        for workflow in model.workflows().iter().filter_map(|it| model.workflow_of(it)) {
            let place = |_: Span| Place { file: String::new(), line: 1, column: 1 };
            found.extend(lower::lower(&workflow, "2026", &place).err().unwrap_or_default());
        }
    }
    found.iter().map(|it| format!("{} {}", model.path(it.primary.span.file), it.code)).collect()
}

/// Every word in a text, those in the interpolations of strings too.
fn words(text: &str) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for token in tokens(text) {
        match token.kind {
            TokenKind::Word => drop(words.insert(token.text(text).to_owned())),
            TokenKind::String => {
                let inside = token.text(text).split("${").skip(1).filter_map(|rest| rest.split('}').next());
                inside.for_each(|inside| words.extend(self::words(inside)));
            }
            _ => {}
        }
    }
    words
}

/// What the files declare at top level.
fn declared(files: &Files, fixed: &BTreeSet<String>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".deploy")) {
        let parts =
            path.trim_end_matches(".deploy").split('/').filter(|part| *part != "main" && !fixed.contains(*part));
        names.extend(parts.map(str::to_owned));
        for item in syntax::parse(text, FileId(0)).ast.items {
            names.extend(item.decl.name().map(|name| name.text.to_string()));
            if let DeclKind::Use(import) = &item.decl.kind {
                names.extend(import.imports.iter().filter_map(|it| it.alias.as_ref()).map(|it| it.text.to_string()));
            }
        }
    }
    names
}

/// The files with these words called otherwise, in paths, strings and schemas too.
fn renamed(files: &Files, names: &BTreeSet<String>) -> Files {
    files.iter().map(|(path, text)| (rewritten(path, names), rewritten(text, names))).collect()
}

fn rewritten(text: &str, names: &BTreeSet<String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
        let end = if is_word(first) { rest.find(|c| !is_word(c)).unwrap_or(rest.len()) } else { first.len_utf8() };
        let (word, behind) = rest.split_at(end);
        out += word;
        if names.contains(word) {
            out += SUFFIX;
        }
        rest = behind;
    }
    out
}

/// Words that mean something by themselves: to the grammar, in the standard library, or as a type or method.
fn fixed() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut fixed = BTreeSet::new();
    for entry in std::fs::read_dir(root.join("stdlib/std")).unwrap() {
        let path = entry.unwrap().path();
        fixed.insert(path.file_stem().unwrap().to_string_lossy().into_owned());
        fixed.extend(words(&std::fs::read_to_string(path).unwrap()));
    }
    for entry in std::fs::read_dir(root.join("docs/reference")).unwrap() {
        let page = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        // What stands between accents, and the grammar's rules.
        let quoted = page.lines().flat_map(|line| line.split(['`', '"']).skip(1).step_by(2));
        quoted.for_each(|text| fixed.extend(words(text)));
    }
    fixed
}

/// The names of an example: what may be called otherwise without the corrected example meaning anything else.
fn names(examples: &[Files], fixed: &BTreeSet<String>) -> BTreeSet<String> {
    let good = examples.last().unwrap();
    let all: Files = examples.iter().flatten().cloned().collect();
    let texts = all.iter().filter(|(path, _)| path.ends_with(".deploy"));
    let used: BTreeSet<String> = texts.flat_map(|(_, text)| words(text)).collect();
    let mut names: BTreeSet<String> = used.difference(fixed).cloned().collect();
    names.extend(declared(&all, fixed));
    let before = said(good);
    let same = |names: &BTreeSet<String>| said(&renamed(good, names)) == under(&before, names);
    if same(&names) {
        return names;
    }
    // Some word means something: keep what the corrected example can do without, one by one.
    let apart = names.iter().filter(|name| same(&BTreeSet::from([(*name).clone()])));
    apart.cloned().collect()
}

/// What was said, with the paths that files have then.
fn under(said: &[String], names: &BTreeSet<String>) -> Vec<String> {
    said.iter().map(|line| rewritten(line, names)).collect()
}

#[test]
fn pages_say_the_same_under_other_names() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/errors");
    let (fixed, mut wrong, mut silent, mut tried) = (fixed(), Vec::new(), Vec::new(), BTreeMap::new());
    for code in codes::ALL {
        let page = std::fs::read_to_string(folder.join(format!("{code}.md"))).unwrap();
        // Where no source says anything, nothing has a name.
        let named =
            |files: &Files| files.iter().any(|(path, text)| path.ends_with(".deploy") && !text.trim().is_empty());
        let examples: Vec<Files> = examples(&page).into_iter().map(owned).filter(named).collect();
        let Some((_, failing)) = examples.split_last() else { continue };
        let names = names(&examples, &fixed);
        for example in failing {
            let before = said(example);
            if !before.iter().any(|line| line.ends_with(code.id())) {
                silent.push(code.id());
                continue;
            }
            let after = said(&renamed(example, &names));
            if after != under(&before, &names) {
                wrong.push(format!("{code}: with {names:?}\n  before {before:?}\n  after {after:?}"));
            }
            tried.insert(code.id(), names.len());
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(silent, ELSEWHERE, "examples that say nothing here");
    let without: Vec<_> = tried.iter().filter(|(_, names)| **names == 0).collect();
    assert!(without.is_empty(), "pages without a name: {without:?}");
}
