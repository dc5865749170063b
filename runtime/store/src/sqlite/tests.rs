//! What concerns SQLite alone: the directory, its lock, formats, and failing disks.

use std::os::unix::fs::PermissionsExt;

use machine::ports::store::{Store, StoreError};

use super::{FORMAT, open, schema};
use crate::conformance::new_run;

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
    assert!(matches!(open(directory.path()).err(), Some(StoreError::Io(_))));
}

#[test]
fn the_linked_library_is_checked() {
    assert!(schema::refuse_unsound_library(3_051_002).is_err());
    assert!(schema::refuse_unsound_library(rusqlite::version_number()).is_ok());
}

#[tokio::test]
async fn after_a_failed_flush_nothing_is_written_any_more() {
    let directory = tempfile::tempdir().unwrap();
    let held = crate::directory::Held::take(directory.path()).unwrap();
    let mut connection = schema::connect(held.database()).unwrap();
    let epoch = schema::take_over(&mut connection).unwrap();
    let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    connection.pragma_update(None, "max_page_count", pages + 1).unwrap();
    let store = super::SqliteStore {
        epoch,
        reader: super::Reader::start(schema::connect_to_read(held.database()).unwrap()).unwrap(),
        writer: super::Writer::start(connection).unwrap(),
        _held: held,
    };
    let mut large = new_run(&store, "large", 0);
    large.plan = vec![7; 1 << 20];
    let full = store.create(large).await.unwrap_err();
    assert!(matches!(full, StoreError::Io(_)), "{full}");
    assert_eq!(store.create(new_run(&store, "small", 0)).await, Err(full));
    assert!(store.runs(false, 9).await.unwrap().is_empty());
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
