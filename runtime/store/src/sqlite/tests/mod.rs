//! What concerns SQLite alone: the directory, its lock, formats, damage, and failing disks.

mod damage;
mod disk;
mod files;
mod flips;
mod space;
mod torn;
mod upgrade;

use std::os::unix::fs::PermissionsExt;

use machine::ports::store::{Store, StoreError};

use rusqlite::Connection;

use super::{FORMAT, SqliteStore, open, schema};
use crate::conformance::{append, new_run, records};

/// Says something to the database of a closed state directory.
fn say(directory: &std::path::Path, sql: &str) {
    Connection::open(super::database(directory)).unwrap().execute_batch(sql).unwrap();
}

/// Seals the rows of runs as they are now, as somebody does who knows how and wants to hide something.
pub(crate) fn reseal(directory: &std::path::Path) {
    let connection = Connection::open(super::database(directory)).unwrap();
    let mut rows = Vec::new();
    super::heads::each(&connection, |head| {
        rows.push(head);
        Ok(())
    })
    .unwrap();
    rows.into_iter().for_each(|head| head.sealed().write(&connection).unwrap());
}

fn verified(store: &SqliteStore, run: &str) -> u64 {
    let journal = wait(store.journal(run, 1, u32::MAX)).unwrap();
    let mut previous = String::new();
    for (record, seq) in journal.iter().zip(1..) {
        record.verify(&previous, seq).unwrap();
        previous.clone_from(&record.hash);
    }
    let stored = wait(store.load(run)).unwrap();
    assert_eq!((stored.last_seq, stored.last_hash), (journal.len() as u64, previous), "{:?}", stored.damage);
    journal.len() as u64
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// One more record and one more row.
fn go_on(store: &SqliteStore, run: &str) -> Result<(), StoreError> {
    let stored = wait(store.load(run))?;
    let next = stored.last_seq + 1;
    let mut more = append(store, run, records(&stored.last_hash, next, next));
    more.nodes = vec![(0, next.into()), (u32::try_from(next).unwrap(), "row".into())];
    wait(store.append(more))
}

#[test]
fn a_second_runtime_is_refused_with_the_holders_pid() {
    let directory = tempfile::tempdir().unwrap();
    let first = open(directory.path()).unwrap();
    let refused = open(directory.path()).err().unwrap();
    let StoreError::Locked { holder, .. } = &refused else { panic!("{refused}") };
    assert_eq!(*holder, std::process::id().to_string());
    assert!(refused.to_string().ends_with("stop that one, or give another with --state"));
    let epoch = first.epoch();
    drop(first);
    assert_eq!(open(directory.path()).unwrap().epoch(), epoch + 1);
}

#[test]
fn files_are_private() {
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("with space/state");
    let _store = open(&directory).unwrap();
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&directory), 0o700);
    for entry in std::fs::read_dir(&directory).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }
}

#[test]
fn a_readable_directory_with_other_files_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    std::fs::write(directory.path().join("notes.txt"), "mine").unwrap();
    let error = open(directory.path()).err().unwrap().to_string();
    assert!(error.contains("`chmod 700` it"), "{error}");
    assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
}

#[test]
fn a_newer_format_is_refused_and_nothing_changes() {
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()).unwrap());
    let database = directory.path().join("state.sqlite");
    let connection = rusqlite::Connection::open(&database).unwrap();
    connection.execute("UPDATE meta SET format = 9, epoch = 41", []).unwrap();
    drop(connection);
    let before = std::fs::read(&database).unwrap();
    assert_eq!(open(directory.path()).err(), Some(StoreError::Newer { found: 9, known: FORMAT }));
    assert_eq!(std::fs::read(&database).unwrap(), before);
}

#[test]
fn a_file_that_is_no_database_is_an_error() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("state.sqlite"), [b'x'; 5000]).unwrap();
    let error = open(directory.path()).err().unwrap();
    assert!(matches!(error, StoreError::Malformed { .. }), "{error}");
    assert!(error.to_string().contains("`deployd restore`"), "{error}");
}

#[test]
fn the_linked_library_is_checked() {
    assert!(schema::refuse_unsound_library(3_051_002).is_err());
    assert!(schema::refuse_unsound_library(rusqlite::version_number()).is_ok());
}

#[tokio::test]
async fn an_onlooker_reads_beside_a_runtime_and_after_it() {
    let directory = tempfile::tempdir().unwrap();
    assert!(super::look(directory.path()).is_err());
    let store = open(directory.path()).unwrap();
    store.create(new_run(&store, "a", 1)).await.unwrap();
    let onlooker = super::look(directory.path()).unwrap();
    store.create(new_run(&store, "b", 2)).await.unwrap();
    assert_eq!(onlooker.runs(true, 9).await.unwrap().len(), 2);
    assert!(onlooker.append(crate::conformance::append(&store, "a", Vec::new())).await.is_err());
    drop((onlooker, store));
    assert_eq!(super::look(directory.path()).unwrap().load("b").await.unwrap().last_seq, 1);
}
