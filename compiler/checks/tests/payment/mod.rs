//! The design's first example, unchanged, and what is said of it when one thing in it is broken.
//!
//! `broken.md` has a case under each heading: the text that is replaced (`was`), what stands there then
//! (`is`), and all that is said (`diagnostics`). `BLESS=1` writes what was said into the page.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use semantics::{Database, SemanticModel, SourceText};

use crate::line;
use crate::markdown::{Block, blocks};

const MAIN: &str = include_str!("main.deploy");
const PLATFORM: &str = include_str!("platform.deploy");
const LEDGER: &str = include_str!("ledger.sql");

fn page() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/payment/broken.md")
}

fn file(path: &str, text: &str) -> SourceText {
    SourceText { path: path.to_owned(), text: Arc::from(text) }
}

/// All that is said of the project with this main file.
fn said(main: &str) -> Vec<String> {
    let mut db = Database::default();
    db.set_sources("2026", vec![file("main.deploy", main), file("platform.deploy", PLATFORM)]);
    db.set_schemas(vec![file("ledger.sql", LEDGER)]);
    let model = SemanticModel::new(&db);
    checks::check_all(&model).into_iter().map(|it| line(&model, &it)).collect()
}

#[test]
fn the_example_compiles_unchanged() {
    assert_eq!(said(MAIN), Vec::<String>::new());
}

struct Case {
    heading: String,
    was: String,
    is: String,
    diagnostics: Option<Block>,
    end: usize,
}

fn cases(text: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for block in blocks(text) {
        if cases.last().is_none_or(|case| case.heading != block.heading) {
            let (was, is) = (String::new(), String::new());
            cases.push(Case { heading: block.heading.clone(), was, is, diagnostics: None, end: 0 });
        }
        let case = cases.last_mut().unwrap();
        case.end = block.range.end;
        match block.language.as_str() {
            "was" => case.was = block.text.trim_end_matches('\n').to_owned(),
            "is" => case.is = block.text.trim_end_matches('\n').to_owned(),
            _ => case.diagnostics = Some(block),
        }
    }
    cases
}

/// The example with the first place of `was` replaced.
fn broken(case: &Case) -> String {
    assert!(MAIN.contains(&case.was), "{}: the example has no\n{}", case.heading, case.was);
    MAIN.replacen(&case.was, &case.is, 1)
}

#[test]
fn broken_variants_say_exactly_what_is_broken() {
    let text = std::fs::read_to_string(page()).unwrap();
    let mut blessed = text.clone();
    let mut wrong = Vec::new();
    let cases = cases(&text);
    assert!(cases.len() >= 30, "there are {} variants", cases.len());
    for case in cases.iter().rev() {
        let found = said(&broken(case)).join("\n");
        let written = case.diagnostics.as_ref().map_or("", |block| block.text.trim_end());
        if found == written && !found.is_empty() {
            continue;
        }
        wrong.push(format!("{}\n-- expected\n{written}\n-- found\n{found}\n", case.heading));
        let said = format!("```diagnostics\n{found}\n```");
        match &case.diagnostics {
            Some(block) => blessed.replace_range(block.range.clone(), &said),
            None => blessed.insert_str(case.end, &format!("\n\n{said}")),
        }
    }
    if std::env::var_os("BLESS").is_some() && blessed != text {
        std::fs::write(page(), blessed).unwrap();
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
