//! Rows that were lost or changed: named, told from all others, and never used.

use machine::ports::store::{Answered, Append, NewRun, Prune, Running, Store, StoreError, Target};
use serde_json::Value;

use super::{append, go_on, new_run, open, records, say, verified, wait};
use crate::sqlite::SqliteStore;

/// Two runs in flight, of which `a` holds a lock and has made something run.
fn state() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    for (run, service) in [("a", "shop"), ("b", "api")] {
        let mut new = new_run(&store, run, 5);
        new.plan = plan(service);
        new.targets = vec![Target { environment: "local".to_owned(), service: service.to_owned() }];
        new.first.nodes = vec![(0, "first".into()), (1, "second".into())];
        new.first.running = vec![running(service, run)];
        wait(store.create(new)).unwrap();
        go_on(&store, run).unwrap();
    }
    drop(store);
    directory
}

fn plan(service: &str) -> Vec<u8> {
    let rollout = serde_json::json!({ "service": service, "environment": "local" });
    serde_json::json!({ "body": { "workflow": "release", "rollouts": { "r": rollout } } }).to_string().into()
}

fn running(service: &str, run: &str) -> Running {
    Running {
        environment: "local".to_owned(),
        service: service.to_owned(),
        release: None,
        run: run.to_owned(),
        since_ms: 1,
    }
}

fn damaged(sql: &str) -> (tempfile::TempDir, SqliteStore) {
    let directory = state();
    say(directory.path(), sql);
    let store = open(directory.path()).unwrap();
    (directory, store)
}

#[test]
fn each_damage_is_named_and_spares_the_other_run() {
    let cases = [
        ("UPDATE runs SET head = 'null' WHERE run = 'a'", "the row of its state is not what was written"),
        ("UPDATE runs SET head = 'torn' WHERE run = 'a'", "the row of its state is not what was written"),
        ("UPDATE runs SET last_seq = 1 WHERE run = 'a'", "the row of its state is not what was written"),
        ("UPDATE runs SET ended = 1 WHERE run = 'a'", "the row of its state is not what was written"),
        ("UPDATE runs SET head = CAST(X'22ff22' AS TEXT) WHERE run = 'a'", "the row of its state is not what was"),
        ("DELETE FROM runs WHERE run = 'a'", "the row of its state is not what was written"),
        ("DELETE FROM node_state WHERE run = 'a' AND idx = 1", "2 of its nodes have a state, 3 had one"),
        ("DELETE FROM node_state WHERE run = 'a'", "0 of its nodes have a state, 3 had one"),
        ("UPDATE node_state SET json = '1' WHERE run = 'a' AND idx = 1", "the state of its node 1 is not what was"),
        ("UPDATE node_state SET json = '{' WHERE run = 'a' AND idx = 1", "the state of its node 1 is not what was"),
        ("UPDATE node_state SET idx = 9 WHERE run = 'a' AND idx = 1", "the state of its node 9 is not what was"),
        ("UPDATE plans SET plan = X'00' WHERE run = 'a'", "its plan is not what was written"),
        ("DELETE FROM plans WHERE run = 'a'", "its plan is missing"),
        (
            "DELETE FROM records WHERE run = 'a' AND seq = 2",
            "its journal ends with record 1, its state says otherwise: 2",
        ),
        ("DELETE FROM records WHERE run = 'a'", "its journal ends with record 0, its state says otherwise: 2"),
    ];
    for (sql, expected) in cases {
        let (_directory, store) = damaged(sql);
        let damage = wait(store.load("a")).unwrap().damage.unwrap_or_default();
        assert!(damage.contains(expected), "{sql}: {damage}");
        assert_eq!(wait(store.load("b")).unwrap().damage, None, "{sql}");
        assert_eq!(verified(&store, "b"), 2, "{sql}");
        let unended: Vec<String> = wait(store.runs(true, 9)).unwrap().into_iter().map(|line| line.run).collect();
        assert_eq!(unended, ["b", "a"], "{sql}: a run in flight is never forgotten");
        let held: Vec<String> = wait(store.locks(9)).unwrap().into_iter().map(|lock| lock.run).collect();
        assert_eq!(held, ["b", "a"], "{sql}: it keeps its lock");
        go_on(&store, "b").unwrap();
    }
}

#[test]
fn a_plan_with_a_damaged_name_makes_no_run() {
    let (_directory, store) = damaged("UPDATE plans SET run = 'z' WHERE run = 'a'");
    assert_eq!(wait(store.runs(false, 9)).unwrap().len(), 2);
    assert!(wait(store.load("a")).unwrap().damage.unwrap().contains("its plan is missing"));
}

#[test]
fn a_lost_record_is_not_taken_for_the_end() {
    let (_directory, store) = damaged("DELETE FROM records WHERE run = 'a' AND seq = 2");
    assert_eq!(wait(store.load("a")).unwrap().last_seq, 2);
}

#[test]
fn a_damaged_state_is_not_shown() {
    let (_directory, store) = damaged("UPDATE runs SET head = '{\"status\":\"completed\"}' WHERE run = 'a'");
    assert_eq!(wait(store.load("a")).unwrap().head, Value::Null);
    let line = wait(store.with_key("key of a")).unwrap();
    assert!(line.is_none_or(|line| line.head == Value::Null));
}

/// Whoever appends to a damaged run has rebuilt it from its journal and brings all of its rows.
#[test]
fn a_rebuilt_run_is_whole_again() {
    for sql in [
        "DELETE FROM runs WHERE run = 'a'",
        "UPDATE runs SET last_hash = 'x' WHERE run = 'a'",
        "DELETE FROM node_state WHERE run = 'a' AND idx = 1",
        "UPDATE node_state SET idx = 9 WHERE run = 'a' AND idx = 1",
    ] {
        let (directory, store) = damaged(sql);
        go_on(&store, "a").unwrap();
        let stored = wait(store.load("a")).unwrap();
        assert_eq!((stored.damage, stored.nodes.len()), (None, 2), "{sql}");
        assert_eq!(verified(&store, "a"), 3);
        drop(store);
        let store = open(directory.path()).unwrap();
        assert_eq!(wait(store.load("a")).unwrap().damage, None, "{sql}");
        assert_eq!(wait(store.locks(9)).unwrap().len(), 2, "{sql}");
        let mut end = append(&store, "a", records(&wait(store.load("a")).unwrap().last_hash, 4, 4));
        end.ended = true;
        wait(store.append(end)).unwrap();
        assert_eq!(wait(store.locks(9)).unwrap().len(), 1, "{sql}");
    }
}

#[test]
fn an_ended_run_stays_ended_without_its_row() {
    let directory = state();
    let store = open(directory.path()).unwrap();
    let mut end = append(&store, "a", records(&wait(store.load("a")).unwrap().last_hash, 3, 3));
    end.ended = true;
    wait(store.append(end)).unwrap();
    drop(store);
    say(directory.path(), "DELETE FROM runs WHERE run = 'a'");
    let store = open(directory.path()).unwrap();
    assert!(wait(store.runs(true, 9)).unwrap().iter().all(|line| line.run != "a"));
    assert_eq!(wait(store.runs(false, 9)).unwrap().len(), 2);
    assert_eq!(wait(store.locks(9)).unwrap().len(), 1);
}

#[test]
fn lost_and_foreign_locks_are_put_right() {
    for sql in [
        "DELETE FROM locks; INSERT INTO locks VALUES ('local', 'x', 'nobody')",
        "UPDATE locks SET service = 'other' WHERE run = 'a'",
        "UPDATE locks SET run = 'b'",
        "UPDATE locks SET run = 'nobody'",
    ] {
        let (_directory, store) = damaged(sql);
        let held: Vec<(String, String)> =
            wait(store.locks(9)).unwrap().into_iter().map(|lock| (lock.service, lock.run)).collect();
        assert_eq!(held, [("api".to_owned(), "b".to_owned()), ("shop".to_owned(), "a".to_owned())], "{sql}");
    }
}

#[test]
fn what_runs_is_an_error_for_the_damaged_service_alone() {
    for sql in [
        "UPDATE running SET json = replace(json, '\"a\"', '\"c\"') WHERE service = 'shop'",
        "UPDATE running SET json = 'torn' WHERE service = 'shop'",
        "DELETE FROM running WHERE service = 'shop'",
    ] {
        let (_directory, store) = damaged(sql);
        let error = wait(store.running("local", "shop")).unwrap_err();
        assert!(matches!(&error, StoreError::Damaged(what) if what.contains("`shop` in `local`")), "{error}");
        assert_eq!(wait(store.running("local", "api")).unwrap(), Some(running("api", "b")), "{sql}");
        assert_eq!(wait(store.running("local", "new")).unwrap(), None, "{sql}");
        assert!(matches!(wait(store.registry(9)), Err(StoreError::Damaged(_))), "{sql}");
        let places: Vec<String> = wait(store.places()).unwrap().into_iter().map(|place| place.service).collect();
        assert_eq!(places, ["api", "shop"], "{sql}");
    }
}

/// Both runs have ended; what runs is known for `b` alone.
fn ended_with(sql: &str) -> (tempfile::TempDir, SqliteStore) {
    let directory = state();
    let store = open(directory.path()).unwrap();
    for run in ["a", "b"] {
        let mut end = append(&store, run, records(&wait(store.load(run)).unwrap().last_hash, 3, 3));
        end.ended = true;
        wait(store.append(end)).unwrap();
    }
    let new = NewRun { plan: plan("api"), ..new_run(&store, "c", 9) };
    let first = Append { ended: true, running: vec![running("api", "c")], ..new.first };
    wait(store.create(NewRun { first, ..new })).unwrap();
    drop(store);
    say(directory.path(), sql);
    let store = open(directory.path()).unwrap();
    (directory, store)
}

#[test]
fn retention_works_round_what_is_damaged_and_says_so() {
    for sql in ["UPDATE running SET json = 'torn' WHERE service = 'shop'", "DELETE FROM running WHERE service = 'shop'"]
    {
        let (directory, store) = ended_with(sql);
        let (epoch, actor) = (store.epoch(), "olga".to_owned());
        let prune = Prune { epoch, ended_before_ms: 10, limit: 9, actor, at_ms: 9, dry_run: false, key: None };
        let pruned = wait(store.prune(prune)).unwrap();
        assert_eq!(pruned.runs, ["b"], "{sql}: `a` may have made what runs");
        assert!(pruned.kept[0].contains("`deployd rebuild service shop local --reason …`"), "{:?}", pruned.kept);
        assert!(wait(store.running("local", "shop")).is_err(), "{sql}: it is not touched");
        drop(store);
        assert_eq!(crate::audit::verify(directory.path(), None).unwrap().problems.len(), 1, "{sql}");
    }
}

#[test]
fn every_damaged_row_is_told() {
    let (directory, store) = ended_with("DELETE FROM running; UPDATE runs SET head = 'x' WHERE run = 'a'");
    let known = wait(crate::registry::known(&store, 9)).unwrap();
    assert_eq!((known.running.len(), known.damaged.len()), (0, 2));
    wait(store.note(store.epoch(), said("k"))).unwrap();
    drop(store);
    say(
        directory.path(),
        "UPDATE answers SET answer = '1' WHERE key = 'k'; UPDATE anchors SET run = CAST(X'ff' AS TEXT) WHERE seq = 1",
    );
    let problems = crate::audit::verify(directory.path(), None).unwrap().problems;
    let copies: Vec<_> = problems.iter().map(|one| (one.copy, one.place.is_some(), one.run.as_deref())).collect();
    for expected in [(true, true, None), (true, false, Some("a")), (false, false, None)] {
        assert!(copies.contains(&expected), "{expected:?} in {problems:#?}");
    }
    assert!(problems.iter().any(|one| one.what.contains("the key `k`")), "{problems:#?}");
}

fn said(key: &str) -> Answered {
    Answered {
        key: key.to_owned(),
        request: serde_json::json!({ "what": "prune" }),
        answer: Value::Null,
        done: true,
        run: None,
        at_ms: 0,
    }
}

#[test]
fn a_damaged_answer_is_an_error_for_its_key_alone() {
    let directory = state();
    let store = open(directory.path()).unwrap();
    ["k", "l"].into_iter().for_each(|key| wait(store.note(store.epoch(), said(key))).unwrap());
    drop(store);
    say(directory.path(), "UPDATE answers SET done = 0 WHERE key = 'k'");
    let store = open(directory.path()).unwrap();
    assert!(matches!(wait(store.answered("k")), Err(StoreError::Damaged(what)) if what.contains("`k`")));
    assert!(matches!(wait(store.note(store.epoch(), said("k"))), Err(StoreError::Damaged(_))), "it is not done again");
    assert_eq!(wait(store.answered("l")), Ok(Some(said("l"))));
}

/// A state of an earlier program has the answers in its runs alone.
#[test]
fn answers_of_an_earlier_program_are_found_by_their_keys() {
    let directory = state();
    let store = open(directory.path()).unwrap();
    let mut more = append(&store, "a", records(&wait(store.load("a")).unwrap().last_hash, 3, 3));
    more.head = serde_json::json!({ "signals": { "k": "paused", "steal/s": "stolen" } });
    wait(store.append(more)).unwrap();
    drop(store);
    say(directory.path(), "DROP TABLE answers");
    let onlooker = crate::sqlite::look(directory.path()).unwrap();
    assert_eq!(wait(onlooker.answered("k")), Ok(None), "whoever only reads changes nothing");
    let store = open(directory.path()).unwrap();
    for (key, answer) in [("k", "paused"), ("s", "stolen")] {
        let found = wait(store.answered(key)).unwrap().unwrap();
        assert_eq!((found.answer, found.request, found.run.as_deref()), (answer.into(), Value::Null, Some("a")));
    }
}

#[test]
fn a_record_that_cannot_be_read_is_named() {
    let (_directory, store) = damaged("UPDATE records SET json = 'torn' WHERE run = 'a' AND seq = 1");
    let error = wait(store.journal("a", 1, 9)).unwrap_err();
    assert!(matches!(&error, StoreError::Damaged(what) if what.contains("record 1 of run a")), "{error}");
    assert_eq!(wait(store.journal("a", 2, 9)).unwrap().len(), 1);
}

#[test]
fn a_changed_epoch_is_not_believed() {
    let directory = state();
    for sql in ["UPDATE meta SET epoch = 0", "DELETE FROM meta"] {
        say(directory.path(), sql);
        let error = open(directory.path()).err().unwrap();
        assert!(matches!(error, StoreError::Malformed { .. }), "{error}");
    }
}
