//! Every way in which somebody could change what was recorded, each made with a plain SQLite, and what the audit says.

use std::path::Path;
use std::sync::Arc;

use machine::ports::store::{Prune, Running, Store};
use rusqlite::Connection;

use super::*;
use crate::conformance::{append, new_run, records};

/// `a` and `b` have ended after three records each, `c` is under way after three.
async fn state() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let store: Arc<dyn Store> = Arc::new(crate::sqlite::open(directory.path()).unwrap());
    for run in ["a", "b", "c"] {
        store.create(new_run(&*store, run, 0)).await.unwrap();
        let last = store.load(run).await.unwrap().last_hash;
        let mut more = append(&*store, run, records(&last, 2, 3));
        more.nodes = vec![(0, serde_json::json!({ "state": "done" }))];
        more.ended = run != "c";
        more.running = vec![Running {
            environment: "local".to_owned(),
            service: "shop".to_owned(),
            release: None,
            run: "c".to_owned(),
            since_ms: 0,
        }];
        store.append(more).await.unwrap();
    }
    directory
}

fn tamper(directory: &Path, sql: &str) {
    let connection = Connection::open(crate::sqlite::database(directory)).unwrap();
    connection.execute_batch(sql).unwrap();
}

fn told(directory: &Path) -> Vec<String> {
    let told = |problem: Problem| {
        let run = problem.run.unwrap_or_else(|| "-".to_owned());
        format!(
            "{run} {}: {}",
            problem.record.map_or_else(|| "-".to_owned(), |record| record.to_string()),
            problem.what
        )
    };
    verify(directory, None).unwrap().problems.into_iter().map(told).collect()
}

#[tokio::test]
async fn what_nobody_touched_holds() {
    let directory = state().await;
    let audit = verify(directory.path(), None).unwrap();
    assert_eq!((audit.runs, audit.records, audit.anchors, audit.pruned), (3, 9, 2, 0));
    assert_eq!(audit.problems, []);
    assert_eq!(verify(directory.path(), Some("b")).unwrap().records, 3);
    assert!(matches!(verify(directory.path(), Some("z")), Err(StoreError::Missing(_))));
}

#[tokio::test]
async fn each_tampering_is_named_by_run_and_record() {
    let swap = "UPDATE records SET seq = -1 WHERE run = 'a' AND seq = 2;
                UPDATE records SET seq = 2 WHERE run = 'a' AND seq = 3;
                UPDATE records SET seq = 3 WHERE run = 'a' AND seq = -1;";
    let table = [
        (
            "UPDATE records SET json = replace(json, '\"n\":2', '\"n\":7') WHERE run = 'a' AND seq = 2",
            "a 2: its content does not match its hash",
        ),
        ("UPDATE records SET json = '{' WHERE run = 'a' AND seq = 2", "a 2: its row is not a record any more"),
        ("DELETE FROM records WHERE run = 'a' AND seq = 2", "a 2: it is missing; record 3 comes next"),
        (
            "DELETE FROM records WHERE run = 'a' AND seq = 3",
            "a 3: it is missing: the journal ends with record 2, the state says 3",
        ),
        ("DELETE FROM records WHERE run = 'a'", "a 1: it is missing: the journal ends with record 0, the state says 3"),
        (
            "INSERT INTO records SELECT run, 4, json FROM records WHERE run = 'a' AND seq = 3",
            "a 4: its number does not follow",
        ),
        (swap, "a 2: its number does not follow"),
        ("DELETE FROM runs WHERE run = 'a'", "a -: its records are there, and its state is gone"),
        (
            "DELETE FROM runs WHERE run = 'a'; DELETE FROM records WHERE run = 'a'",
            "a -: its journal and its state are gone, and no prune has removed them",
        ),
        (
            "UPDATE runs SET last_seq = 2 WHERE run = 'a'",
            "a 3: it was added: the journal ends with record 3, the state says 2",
        ),
        ("UPDATE runs SET last_hash = 'x' WHERE run = 'a'", "a 3: its hash is not the one that the state names"),
        (
            "UPDATE runs SET ended = 0 WHERE run = 'a'",
            "a -: anchor 1 says that it has ended, and its state that it has not",
        ),
        ("DELETE FROM anchors WHERE seq = 2", "b -: it has ended, and the anchor of its end is gone"),
        (
            "DELETE FROM anchors WHERE seq = 1",
            "- -: anchor 2 is not the one that was written: its number does not follow (it is of run b)",
        ),
        (
            "UPDATE anchors SET last_hash = 'x' WHERE seq = 2",
            "- -: anchor 2 is not the one that was written: its content does not match its hash (it is of run b)",
        ),
        ("DELETE FROM running", "- -: what runs for `shop` in `local` was recorded and is not there any more"),
        ("UPDATE running SET json = '{}'", "- -: what runs for `shop` in `local` is not what was written"),
        ("DELETE FROM node_state WHERE run = 'c'", "c -: 0 of its nodes have a state, 1 had one"),
        ("UPDATE plans SET plan = X'00' WHERE run = 'c'", "c -: its plan is not what was written"),
        (
            "INSERT INTO pruned VALUES ('z', 0, 'olga')",
            "z -: it was pruned, and the anchor that must stay of it is gone",
        ),
    ];
    for (sql, expected) in table {
        let directory = state().await;
        tamper(directory.path(), sql);
        let told = told(directory.path());
        assert!(told.iter().any(|line| line.starts_with(expected)), "{sql}\n{told:#?}");
    }
}

/// Whoever computes the hashes of a whole run anew cannot do it for its anchor, nor for what was exported before.
#[tokio::test]
async fn a_history_written_anew_does_not_fit_its_anchor_and_not_its_export() {
    let directory = state().await;
    let exported = exported(directory.path());
    let rewritten = records("another past", 1, 3);
    let mut previous = String::new();
    for record in rewritten {
        let record = machine::journal::Record::seal(&previous, record.seq, record.at, serde_json::json!("forged"));
        previous.clone_from(&record.hash);
        let json = serde_json::to_string(&record).unwrap();
        for run in ["a", "c"] {
            let sql = format!("UPDATE records SET json = '{json}' WHERE run = '{run}' AND seq = {}", record.seq);
            tamper(directory.path(), &sql);
        }
    }
    tamper(directory.path(), &format!("UPDATE runs SET last_hash = '{previous}' WHERE run IN ('a', 'c')"));
    crate::sqlite::tests::reseal(directory.path());
    let told = told(directory.path());
    assert_eq!(told.len(), 1, "the unended run is consistent in itself: {told:#?}");
    assert!(told[0].starts_with("a -: its journal ends with record 3"), "{told:#?}");
    let against = compare(directory.path(), &exported);
    let runs: Vec<_> = against.iter().map(|problem| problem.run.clone().unwrap_or_default()).collect();
    assert_eq!(runs, ["a", "c"]);
}

fn exported(directory: &Path) -> String {
    let mut out = Vec::new();
    assert_eq!(export(directory, None, &mut out).unwrap(), 9);
    String::from_utf8(out).unwrap()
}

fn compare(directory: &Path, export: &str) -> Vec<Problem> {
    against(directory, &mut export.as_bytes()).unwrap()
}

#[tokio::test]
async fn an_export_is_a_prefix_until_something_is_cut_off() {
    let directory = state().await;
    let exported = exported(directory.path());
    assert_eq!(compare(directory.path(), &exported), []);
    let store = crate::sqlite::open(directory.path()).unwrap();
    let last = store.load("c").await.unwrap().last_hash;
    store.append(append(&store, "c", records(&last, 4, 6))).await.unwrap();
    assert_eq!(compare(directory.path(), &exported), [], "what was added since is no matter");
    drop(store);

    // A consistent truncation, which the chain alone does not show.
    let cut = "DELETE FROM records WHERE run = 'c' AND seq > 2;
               UPDATE runs SET last_seq = 2, last_hash = (SELECT json_extract(json, '$.hash') FROM records WHERE run = 'c' AND seq = 2)
               WHERE run = 'c';";
    tamper(directory.path(), cut);
    crate::sqlite::tests::reseal(directory.path());
    assert_eq!(told(directory.path()), Vec::<String>::new());
    let problems = compare(directory.path(), &exported);
    assert_eq!(problems, [Problem::of_record("c", 3, "it was exported and is gone")]);
}

#[tokio::test]
async fn cut_anchors_are_missed_by_an_export() {
    let directory = state().await;
    let exported = exported(directory.path());
    let whole_run =
        "DELETE FROM anchors WHERE seq = 2; DELETE FROM records WHERE run = 'b'; DELETE FROM runs WHERE run = 'b'";
    tamper(directory.path(), whole_run);
    assert_eq!(told(directory.path()), Vec::<String>::new());
    let problems = compare(directory.path(), &exported);
    assert_eq!(problems[0].what, "anchor 2 (of run b) was exported and is gone");
    assert_eq!(problems[1], Problem::of_record("b", 1, "it was exported and is gone"));
}

#[tokio::test]
async fn pruned_runs_are_known_by_their_anchors() {
    let directory = state().await;
    let exported = exported(directory.path());
    let store = crate::sqlite::open(directory.path()).unwrap();
    let prune = Prune {
        epoch: store.epoch(),
        ended_before_ms: 0,
        limit: 9,
        actor: "olga".to_owned(),
        at_ms: 1,
        dry_run: false,
        key: None,
    };
    assert_eq!(store.prune(prune).await.unwrap().runs, ["a", "b"]);
    let audit = verify(directory.path(), None).unwrap();
    assert_eq!((audit.runs, audit.pruned, audit.anchors), (1, 2, 2));
    assert_eq!(audit.problems, []);
    assert_eq!(verify(directory.path(), Some("a")).unwrap().pruned, 1);
    assert_eq!(compare(directory.path(), &exported), []);
    tamper(directory.path(), "UPDATE anchors SET last_seq = 2 WHERE run = 'a'");
    assert!(!compare(directory.path(), &exported).is_empty());
}

#[tokio::test]
async fn an_export_that_is_not_whole_is_refused() {
    let directory = state().await;
    let whole = exported(directory.path());
    let lines: Vec<&str> = whole.lines().collect();
    let changed = whole.replace("\"n\":2", "\"n\":3");
    let without_anchor =
        whole.lines().enumerate().filter(|(at, _)| *at != 1).map(|(_, line)| format!("{line}\n")).collect();
    let newer = whole.replacen("\"format\":1", "\"format\":9", 1);
    let table: [(String, &str); 6] = [
        (lines[..lines.len() - 1].join("\n"), "the export has no end"),
        (changed, "its content does not match its hash"),
        (without_anchor, "its lines are not those that its end was written for"),
        (newer, "has format 9 and this program knows 1"),
        (lines[1..].join("\n"), "its first line is not its header"),
        (format!("{whole}{}\n", lines[1]), "it goes on after its end"),
    ];
    for (export, expected) in table {
        let refused = against(directory.path(), &mut export.as_bytes()).unwrap_err().to_string();
        assert!(refused.contains(expected), "{refused}");
    }
}
