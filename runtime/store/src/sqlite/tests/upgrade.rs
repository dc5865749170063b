//! A state of format 1, as an earlier version wrote it with runs in flight, is brought to this one.

use machine::ports::store::{Lock, Store, StoreError};

use super::{go_on, open, say, verified, wait};
use crate::sqlite::{FORMAT, SqliteStore, look};

/// One run that has ended, one that has done a step and waits for a person, one that will roll out `shop`.
const FORMAT_1: &str = include_str!("../../../testdata/format-1.sql");
const ENDED: &str = "01m7ysrbv671qqh40ffg5wkcj0";
const WAITING: &str = "01m7ysrbw9gamx07n046517cbp";
const INSTALLING: &str = "01m7ysrd30rdt2dtztm626eph9";

fn format_1() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    say(directory.path(), FORMAT_1);
    let running = r#"{"environment":"local","service":"api","release":null,"run":"x","since_ms":1}"#;
    say(directory.path(), &format!("INSERT INTO running VALUES ('local', 'api', '{running}')"));
    directory
}

fn copy(directory: &std::path::Path) -> std::path::PathBuf {
    directory.join("state.sqlite.format-1")
}

#[test]
fn runs_in_flight_go_on_with_their_keys_and_locks() {
    let directory = format_1();
    let store = open(directory.path()).unwrap();
    assert_eq!(store.epoch(), 2);
    let unended: Vec<String> = wait(store.runs(true, 9)).unwrap().into_iter().map(|line| line.run).collect();
    assert_eq!(unended, [INSTALLING, WAITING]);
    for (run, records) in [(ENDED, 3), (WAITING, 3), (INSTALLING, 1)] {
        assert_eq!(verified(&store, run), records);
        assert_eq!(wait(store.load(run)).unwrap().damage, None);
    }
    assert_eq!(wait(store.with_key("in-flight")).unwrap().unwrap().run, WAITING);
    let lock = Lock {
        environment: "local".to_owned(),
        service: "shop".to_owned(),
        run: INSTALLING.to_owned(),
        actor: "root".to_owned(),
        since_ms: 1_795_256_235_104,
        expires_ms: Lock::UNBOUNDED,
    };
    assert_eq!(wait(store.locks(9)).unwrap(), [lock]);
    assert!(wait(store.running("local", "api")).unwrap().is_some());
    assert_eq!(wait(store.registry(9)).unwrap().len(), 1);
    go_on(&store, WAITING).unwrap();
    verified(&store, WAITING);
}

#[test]
fn ended_runs_are_anchored() {
    let directory = format_1();
    let store = open(directory.path()).unwrap();
    let anchors = wait(store.anchors(1, 9)).unwrap();
    assert_eq!(anchors.len(), 1);
    anchors[0].verify("", 1).unwrap();
    let stored = wait(store.load(ENDED)).unwrap();
    assert_eq!((anchors[0].run.as_str(), &anchors[0].last_hash), (ENDED, &stored.last_hash));
}

/// An earlier version looked for a key among the latest thousand runs only.
#[test]
fn a_key_used_twice_belongs_to_the_newest() {
    let directory = format_1();
    say(directory.path(), "UPDATE runs SET head = replace(head, '\"in-flight\"', '\"install\"')");
    let store = open(directory.path()).unwrap();
    assert_eq!(wait(store.with_key("install")).unwrap().unwrap().run, INSTALLING);
    assert_eq!(wait(store.with_key("in-flight")).unwrap(), None);
    assert_eq!(wait(store.load(WAITING)).unwrap().damage, None);
}

#[test]
fn the_tables_are_those_of_a_new_state() {
    let schema = |directory: &std::path::Path| {
        drop(open(directory).unwrap());
        let connection = rusqlite::Connection::open(crate::sqlite::database(directory)).unwrap();
        let mut rows = connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").unwrap();
        let mut words = |row: &rusqlite::Row<'_>| {
            row.get::<_, String>(0).map(|sql| sql.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        rows.query_map([], &mut words).unwrap().collect::<Result<Vec<_>, _>>().unwrap()
    };
    let new = tempfile::tempdir().unwrap();
    assert_eq!(schema(format_1().path()), schema(new.path()));
}

#[test]
fn the_state_as_it_was_is_kept_beside_it() {
    let directory = format_1();
    drop(open(directory.path()).unwrap());
    let kept = rusqlite::Connection::open(copy(directory.path())).unwrap();
    let old: (i64, i64) = kept
        .query_row("SELECT format, (SELECT count(*) FROM records) FROM meta", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!(old, (1, 7));
    let connection = rusqlite::Connection::open(crate::sqlite::database(directory.path())).unwrap();
    let auto_vacuum: i64 = connection.query_row("PRAGMA auto_vacuum", [], |row| row.get(0)).unwrap();
    assert_eq!(auto_vacuum, 2, "space that retention frees is given back, as in a new state");
    let again = open(directory.path()).unwrap();
    assert_eq!(again.epoch(), 3, "it is upgraded once");
}

#[test]
fn without_the_copy_nothing_is_changed() {
    let directory = format_1();
    std::fs::create_dir(copy(directory.path())).unwrap();
    std::fs::write(copy(directory.path()).join("mine"), "").unwrap();
    let error = open(directory.path()).err().unwrap().to_string();
    assert!(error.contains("nothing was changed") && error.contains("state.sqlite.format-1"), "{error}");
    std::fs::remove_dir_all(copy(directory.path())).unwrap();
    assert_eq!(open(directory.path()).unwrap().epoch(), 2);
}

/// Everything between the copy and the commit is one transaction: it fails as a whole.
#[test]
fn an_upgrade_that_breaks_off_begins_again() {
    let directory = format_1();
    say(directory.path(), "CREATE TABLE locks (in_the_way INTEGER)");
    assert!(open(directory.path()).is_err());
    assert!(copy(directory.path()).exists());
    say(directory.path(), "DROP TABLE locks");
    let store = open(directory.path()).unwrap();
    assert_eq!(store.epoch(), 2);
    assert_eq!(verified(&store, WAITING), 3);
}

#[test]
fn a_plan_that_cannot_be_read_does_not_stop_the_upgrade() {
    let directory = format_1();
    say(directory.path(), &format!("UPDATE plans SET plan = X'00ff' WHERE run = '{INSTALLING}'"));
    say(directory.path(), &format!("UPDATE runs SET head = 'torn' WHERE run = '{INSTALLING}'"));
    let store: SqliteStore = open(directory.path()).unwrap();
    assert_eq!(wait(store.runs(true, 9)).unwrap().len(), 2);
    assert!(wait(store.locks(9)).unwrap().is_empty());
}

#[test]
fn an_onlooker_says_what_brings_it_to_this_format() {
    let directory = format_1();
    let Err(StoreError::Io(error)) = look(directory.path()).map(drop) else { panic!("it was opened") };
    assert!(error.contains("has format 1") && error.contains(&format!("format {FORMAT}")), "{error}");
}
