//! Every question at every place of every example: there is always an answer, and it stays inside the text.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use diagnostics::FileId;
use ide::Snapshot;
use ide::findings::findings;
use ide::fixes::{fix_all, fixes};
use ide::folding::folding;
use ide::formatting::{formatting, on_type_formatting, range_formatting};
use ide::graph::{graph, risk_report};
use ide::linked_editing::linked_editing;
use ide::links::links;
use ide::selection::selection;
use ide::semantic_tokens::semantic_tokens;
use ide::symbols::{document_symbols, workspace_symbols};
use semantics::{Database, SourceText};

/// Texts that are no project, and hard to read.
const NASTY: [&str; 8] = [
    "",
    "\u{feff}",
    "\"",
    "\"\"\"\n${",
    "service s { a = \"é😀${x",
    "use a.b.{\nuse",
    "///\n@x(\n}}}",
    "workflow w() { for x in [",
];

fn examples() -> Vec<Vec<SourceText>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut roots = Vec::new();
    below(&folder, &mut |path| {
        if path.ends_with("deploy.toml") {
            roots.extend(path.parent().map(Path::to_owned));
        }
    });
    assert!(roots.len() > 5, "the examples are where they were");
    roots.sort();
    roots.iter().map(|root| sources(root)).collect()
}

fn sources(root: &Path) -> Vec<SourceText> {
    let mut found = Vec::new();
    below(root, &mut |path| {
        if path.extension().is_some_and(|it| it == "deploy")
            && let (Ok(text), Ok(inside)) = (fs::read_to_string(path), path.strip_prefix(root))
        {
            found.push(SourceText { path: inside.to_string_lossy().into_owned(), text: Arc::from(text) });
        }
    });
    found
}

fn below(folder: &Path, see: &mut dyn FnMut(&Path)) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    for path in paths {
        if path.is_dir() { below(&path, see) } else { see(&path) }
    }
}

fn project(sources: Vec<SourceText>) -> Snapshot {
    let mut database = Database::default();
    database.set_sources("2026", sources);
    Snapshot::new(database)
}

/// Whether a range can be cut out of the text.
fn fits(text: &str, range: &Range<u32>) {
    assert!(text.get(range.start as usize..range.end as usize).is_some(), "{range:?} of {text:?}");
}

fn ask_about_file(snapshot: &Snapshot, file: FileId) {
    let text = snapshot.text(file);
    let proved = findings(snapshot, true).proved;
    let found: Vec<_> = snapshot.diagnostics(file).into_iter().chain(proved).collect();
    assert!(fixes(snapshot, file, &found, 0..u32::MAX).iter().all(|it| !it.edits.is_empty()));
    assert!(fix_all(snapshot, file, &found).is_none_or(|all| all.certain));
    folding(snapshot, file).iter().for_each(|fold| fits(text, &fold.range));
    formatting(snapshot, file).iter().for_each(|edit| fits(text, &edit.range));
    links(snapshot, file).iter().for_each(|link| fits(text, &link.range));
    let tokens = semantic_tokens(snapshot, file, 0..u32::MAX);
    tokens.iter().for_each(|token| fits(text, &token.range));
    assert!(tokens.windows(2).all(|pair| pair[0].range.end <= pair[1].range.start), "tokens overlap in {text:?}");
    for symbol in document_symbols(snapshot, file) {
        fits(text, &symbol.range);
        let (all, name) = (&symbol.range, &symbol.name_range);
        assert!(all.start <= name.start && name.end <= all.end && !symbol.name.is_empty(), "{symbol:?}");
    }
    assert!(workspace_symbols(snapshot, "s").iter().all(|it| !it.name.is_empty()));
}

fn ask_at(snapshot: &Snapshot, file: FileId, at: u32) {
    let text = snapshot.text(file);
    let around = selection(snapshot, file, at);
    around.iter().for_each(|range| fits(text, range));
    assert!(around.windows(2).all(|it| it[1].start <= it[0].start && it[0].end <= it[1].end), "{around:?}");
    linked_editing(snapshot, file, at).iter().for_each(|range| fits(text, range));
    for typed in ['}', '\n', '?'] {
        on_type_formatting(snapshot, file, at, typed).iter().for_each(|edit| fits(text, &edit.range));
    }
    range_formatting(snapshot, file, at..at.saturating_add(7)).iter().for_each(|edit| fits(text, &edit.range));
}

fn ask_everywhere(snapshot: &Snapshot, every: usize) {
    for file in snapshot.model().files() {
        ask_about_file(snapshot, file);
        let end = snapshot.text(file).len() + 2;
        let offsets = (0..=end).step_by(every);
        offsets.for_each(|at| ask_at(snapshot, file, u32::try_from(at).expect("examples are short")));
        let lines = snapshot.lines(file);
        for line in (0..lines.count()).step_by(every.max(8)) {
            // There is a picture, or a reason.
            let _ = (graph(snapshot, file, lines.start(line)), risk_report(snapshot, file, lines.start(line)));
        }
    }
}

#[test]
fn every_place_of_every_example_has_its_answers() {
    for sources in examples() {
        ask_everywhere(&project(sources), 67);
    }
}

#[test]
fn every_place_of_a_broken_text_has_its_answers() {
    for text in NASTY {
        let source = SourceText { path: "main.deploy".to_owned(), text: Arc::from(text) };
        ask_everywhere(&project(vec![source]), 1);
    }
}

#[test]
fn an_example_cut_off_anywhere_has_its_answers() {
    let whole = examples().into_iter().flatten().find(|source| source.path == "first_canary.deploy");
    let text = whole.expect("the first example is there").text;
    for end in (0..text.len()).step_by(211).filter(|end| text.is_char_boundary(*end)) {
        let source = SourceText { path: "main.deploy".to_owned(), text: Arc::from(&text[..end]) };
        ask_everywhere(&project(vec![source]), 97);
    }
}
