//! `cargo xtask bench lsp`: what an editor waits for, over the real program's input and output.
#![allow(clippy::unwrap_used, reason = "a benchmark that cannot set up has nothing to measure")]

#[path = "../compiler/workspace.rs"]
#[expect(dead_code, reason = "the other benchmark uses the rest")]
mod workspace;

mod editor;

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use editor::{Editor, uri};

/// Keystrokes that are measured, one after the other.
const KEYSTROKES: usize = 500;

/// Edits that are sent without waiting, before memory is looked at.
const REPLAYED: usize = 36_000;

/// A place where a character comes and goes: inside a number.
const MARK: &str = "5% for ";

fn main() {
    for (label, files) in [("1,000 lines", 10), ("10,000 lines", 100), ("100,000 lines", 1_000)] {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there");
        workspace::write(&root, &workspace::workspace(files));
        let file = root.join("team_1/part_1.deploy");
        measured(label, &root, &file, files == 1_000);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("it is there");
    let mut sources = workspace::workspace(1);
    sources.push(workspace::Source { path: "large.deploy".to_owned(), text: workspace::one_file(10_000) });
    workspace::write(&root, &sources);
    measured("a file of 10,000 lines", &root, &root.join("large.deploy"), false);
}

fn measured(label: &str, root: &Path, file: &Path, memory: bool) {
    let text = std::fs::read_to_string(file).expect("it was written");
    let begun = Instant::now();
    let mut editor = Editor::start(root);
    editor.open(file, &text);
    editor.findings_of(file, 1);
    print(label, "start to the first findings", begun.elapsed());
    editor.ask("workspace/symbol", json!({ "query": "place_1" }));
    let at = place(&text);
    let mut typing = Typing { version: 1, typed: false, at };
    let keystrokes = (0..KEYSTROKES).map(|_| {
        let begun = Instant::now();
        typing.key(&mut editor, file);
        editor.findings_of(file, typing.version);
        begun.elapsed()
    });
    percentiles(label, "keystroke to findings", keystrokes.collect());
    for (method, params) in questions(file, at) {
        if editor.ask(method, params.clone()).get("error").is_some() {
            continue;
        }
        let asked = (0..KEYSTROKES / 5).map(|_| {
            typing.key(&mut editor, file);
            let begun = Instant::now();
            editor.ask(method, params.clone());
            begun.elapsed()
        });
        percentiles(label, method, asked.collect());
    }
    if memory {
        println!("{label}: memory  {:.1} MiB", editor.memory_mib());
        (0..REPLAYED).for_each(|_| typing.key(&mut editor, file));
        editor.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": uri(file) } }));
        println!("{label}: memory after {REPLAYED} edits  {:.1} MiB", editor.memory_mib());
    }
    editor.leave();
}

/// Line and column behind the mark.
fn place(text: &str) -> (u32, u32) {
    let found = text.lines().enumerate().find_map(|(line, it)| Some((line, it.find(MARK)? + MARK.len())));
    let (line, column) = found.or_else(|| Some((text.lines().count() - 1, 0))).expect("a text has a line");
    (u32::try_from(line).expect("small"), u32::try_from(column).expect("small"))
}

/// One digit that comes and goes.
struct Typing {
    version: i32,
    typed: bool,
    at: (u32, u32),
}

impl Typing {
    fn key(&mut self, editor: &mut Editor, file: &Path) {
        let (line, column) = self.at;
        let position = |column: u32| json!({ "line": line, "character": column });
        let (end, text) = if self.typed { (column + 1, "") } else { (column, "1") };
        let range = json!({ "start": position(column), "end": position(end) });
        (self.version, self.typed) = (self.version + 1, !self.typed);
        editor.change(file, self.version, json!([{ "range": range, "text": text }]));
    }
}

fn questions(file: &Path, (line, character): (u32, u32)) -> Vec<(&'static str, Value)> {
    let document = json!({ "uri": uri(file) });
    let at = json!({ "textDocument": document, "position": { "line": line, "character": character } });
    vec![
        ("textDocument/completion", at.clone()),
        ("textDocument/hover", at),
        ("textDocument/documentSymbol", json!({ "textDocument": document })),
        ("textDocument/semanticTokens/full", json!({ "textDocument": document })),
    ]
}

fn percentiles(label: &str, measure: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    print(label, &format!("{measure}, p50"), at(50));
    print(label, &format!("{measure}, p99"), at(99));
}

fn print(label: &str, measure: &str, time: Duration) {
    println!("{label}: {measure}  {:.2} ms", time.as_secs_f64() * 1_000.0);
}
