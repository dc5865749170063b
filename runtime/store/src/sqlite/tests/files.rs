//! Files of a state directory that somebody removes.

use machine::ports::store::{Store, StoreError};

use super::{go_on, new_run, open, verified, wait};
use crate::sqlite::look;

#[test]
fn a_removed_lock_file_lets_no_second_runtime_in() {
    let directory = tempfile::tempdir().unwrap();
    let first = open(directory.path()).unwrap();
    std::fs::remove_file(directory.path().join("lock")).unwrap();
    assert!(matches!(open(directory.path()).err(), Some(StoreError::Locked { .. })));
    wait(first.create(new_run(&first, "a", 0))).unwrap();
    drop(first);
    assert_eq!(verified(&open(directory.path()).unwrap(), "a"), 1);
}

#[test]
fn files_removed_while_in_use_stop_the_writer_and_lose_nothing() {
    for name in ["state.sqlite-wal", "state.sqlite-shm"] {
        let directory = tempfile::tempdir().unwrap();
        let store = open(directory.path()).unwrap();
        wait(store.create(new_run(&store, "a", 0))).unwrap();
        go_on(&store, "a").unwrap();
        std::fs::remove_file(directory.path().join(name)).unwrap();
        let error = go_on(&store, "a").unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("was removed"), "{error}");
        assert_eq!(go_on(&store, "a").unwrap_err().to_string(), error, "nothing is written any more");
        drop(store);
        let store = open(directory.path()).unwrap();
        assert!(verified(&store, "a") >= 2, "what was answered is there: {name}");
        go_on(&store, "a").unwrap();
    }
}

/// The runtime is lost without closing its database: what it wrote last is in the log alone.
fn crashed() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let living = tempfile::tempdir().unwrap();
    let store = open(living.path()).unwrap();
    wait(store.create(new_run(&store, "a", 0))).unwrap();
    for entry in std::fs::read_dir(living.path()).unwrap().flatten() {
        std::fs::copy(entry.path(), directory.path().join(entry.file_name())).unwrap();
    }
    directory
}

#[test]
fn a_log_that_is_gone_after_a_crash_is_missed() {
    let directory = crashed();
    let log = directory.path().join("state.sqlite-wal");
    let aside = directory.path().join("aside");
    std::fs::rename(&log, &aside).unwrap();
    let error = open(directory.path()).err().unwrap().to_string();
    assert!(error.contains("state.sqlite-wal") && error.contains("is gone"), "{error}");
    assert!(error.contains("remove the file `lock`"), "{error}");
    let again = open(directory.path()).err().unwrap().to_string();
    assert_eq!(again, error, "it stays missed");

    std::fs::rename(&aside, &log).unwrap();
    assert_eq!(verified(&open(directory.path()).unwrap(), "a"), 1);
}

#[test]
fn going_on_without_the_log_is_a_decision() {
    let directory = crashed();
    std::fs::remove_file(directory.path().join("state.sqlite-wal")).unwrap();
    std::fs::remove_file(directory.path().join("lock")).unwrap();
    assert!(wait(open(directory.path()).unwrap().runs(false, 9)).unwrap().is_empty());
}

#[test]
fn the_index_of_the_log_is_made_again() {
    let directory = crashed();
    std::fs::remove_file(directory.path().join("state.sqlite-shm")).unwrap();
    assert_eq!(verified(&open(directory.path()).unwrap(), "a"), 1);
}

#[test]
fn a_closed_state_has_no_log_and_is_opened_without() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    wait(store.create(new_run(&store, "a", 0))).unwrap();
    drop(store);
    assert!(!directory.path().join("state.sqlite-wal").exists());
    assert_eq!(std::fs::read_to_string(directory.path().join("lock")).unwrap(), "");
    assert_eq!(verified(&open(directory.path()).unwrap(), "a"), 1);
    assert!(look(directory.path()).is_ok());
}
