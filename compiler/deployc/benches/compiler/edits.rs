//! One keystroke in a project that is known already: the time until its findings are there, and what runs again.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use semantics::{Database, SemanticModel, SourceText};

use crate::phases::database;
use crate::workspace::{one_file, workspace};
use crate::{line, median, ms, timed};

/// Edits of each kind.
const EDITS: usize = 200;
/// Files of the project.
const FILES: usize = 1_000;

type Edit = (&'static str, fn(&str, usize) -> String);

/// Each changes something in every round.
const EDITS_OF: [Edit; 3] = [
    ("comment at the top", |text, round| format!("// {round}\n{text}")),
    ("a duration in a body", |text, round| text.replacen("drain = 2s", &format!("drain = {}s", 3 + round % 20), 1)),
    ("a name that is not finished", |text, round| text.replacen("region", &format!("regio{}", round % 10), 1)),
];

pub(crate) fn show() {
    let sources = workspace(FILES);
    let path = sources[FILES / 2].path.clone();
    measure(&format!("{FILES} files"), database(&sources), &path, &sources[FILES / 2].text);
    let mut alone = workspace(0);
    alone.push(crate::workspace::Source { path: "one.deploy".to_owned(), text: one_file(10_000) });
    let text = alone[1].text.clone();
    measure("a file of 10000 lines", database(&alone), "one.deploy", &text);
    reruns();
}

fn measure(what: &str, mut database: Database, path: &str, text: &str) {
    database.open(path);
    drop(crate::phases::check_on(&database, 2));
    for (kind, edit) in EDITS_OF {
        let mut times: Vec<Duration> =
            (0..EDITS).map(|round| keystroke(&mut database, path, &edited(text, edit, round))).collect();
        times.sort();
        line(&format!("{what}, {kind}: p50"), ms(median(times.clone())), "ms", 2);
        line(&format!("{what}, {kind}: p99"), ms(times[EDITS * 99 / 100]), "ms", 2);
    }
}

/// The text after an edit, which must be one.
fn edited(text: &str, edit: fn(&str, usize) -> String, round: usize) -> String {
    let edited = edit(text, round);
    assert_ne!(edited, text, "nothing was edited");
    edited
}

/// Until the findings of the file are known again.
fn keystroke(database: &mut Database, path: &str, text: &str) -> Duration {
    timed(|| {
        database.set_text(path, text);
        let model = SemanticModel::new(database);
        model.file_diagnostics(model.file_id(path).unwrap())
    })
    .0
}

fn reruns() {
    let log = Arc::new(Mutex::new(Vec::new()));
    let mut database = Database::logged(log.clone());
    let sources = workspace(20);
    let text = |source: &crate::workspace::Source| SourceText {
        path: source.path.clone(),
        text: Arc::from(source.text.as_str()),
    };
    database.set_sources("2026", sources.iter().map(text).collect());
    database.open(&sources[10].path);
    database.open("base.deploy");
    drop(crate::phases::check_on(&database, 1));
    for (kind, edit) in EDITS_OF {
        database.set_text(&sources[10].path, edited(&sources[10].text, edit, 0));
        log.lock().unwrap().clear();
        drop(crate::phases::check_on(&database, 1));
        line(&format!("queries run again, {kind}"), log.lock().unwrap().len() as f64, "queries", 0);
    }
    database.set_text(&sources[10].path, sources[10].text.as_str());
    drop(crate::phases::check_on(&database, 1));
    let base = sources[0].text.replace("pub fn replicas(scale: Int) -> Int", "pub fn replicas(scale: Count) -> Int");
    database.set_text("base.deploy", base);
    log.lock().unwrap().clear();
    drop(crate::phases::check_on(&database, 1));
    line("queries run again, a signature with 40 users", log.lock().unwrap().len() as f64, "queries", 0);
}
