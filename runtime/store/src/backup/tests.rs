//! A backup is whole whatever is written meanwhile, and what it brings back waits.

use machine::ports::store::{Running, Store};

use super::*;
use crate::conformance::{append, new_run, records};
use crate::sqlite::SqliteStore;

fn open(directory: &Path) -> SqliteStore {
    crate::sqlite::open(directory).unwrap()
}

async fn end(store: &SqliteStore, run: &str) {
    let last = store.load(run).await.unwrap();
    let mut end = append(store, run, records(&last.last_hash, last.last_seq + 1, last.last_seq + 1));
    end.ended = true;
    store.append(end).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_consistent_while_a_runtime_writes() {
    let (state, backups) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(state.path());
    store.create(new_run(&store, "a", 0)).await.unwrap();
    let (directory, copies) = (state.path().to_owned(), backups.path().to_owned());
    let backing = tokio::task::spawn_blocking(move || {
        (0..8).try_for_each(|n| snapshot(&directory, &copies.join(n.to_string())).map(drop))
    });
    let mut last = store.load("a").await.unwrap();
    while !backing.is_finished() {
        store
            .append(append(&store, "a", records(&last.last_hash, last.last_seq + 1, last.last_seq + 3)))
            .await
            .unwrap();
        last = store.load("a").await.unwrap();
    }
    backing.await.unwrap().unwrap();
    for n in 0..8 {
        assert_eq!(verify(&backups.path().join(n.to_string())).unwrap().problems, []);
    }
    let there = snapshot(state.path(), &backups.path().join("0")).unwrap_err().to_string();
    assert!(there.contains("already exists"), "{there}");
}

#[tokio::test]
async fn what_was_under_way_waits_until_somebody_appends() {
    let (state, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(state.path());
    for run in ["ended", "under way", "left", "made what runs"] {
        store.create(new_run(&store, run, 0)).await.unwrap();
    }
    end(&store, "ended").await;
    end(&store, "made what runs").await;
    let mut made = append(&store, "made what runs", Vec::new());
    made.ended = true;
    made.running = vec![Running {
        environment: "e".to_owned(),
        service: "s".to_owned(),
        release: None,
        run: "made what runs".to_owned(),
        since_ms: 0,
    }];
    store.append(made).await.unwrap();
    let file = other.path().join("copy");
    let taken = snapshot(state.path(), &file).unwrap();
    assert_eq!(taken.in_flight, ["left", "under way"]);
    end(&store, "under way").await;
    drop(store);

    let restored = other.path().join("state");
    assert_eq!(Vacant::take(&restored).unwrap().restore(&file, 41, 7, |_| None).unwrap().in_flight, taken.in_flight);
    let store = open(&restored);
    assert_eq!(store.epoch(), 42, "above everything that was seen");
    let waits = async |run| store.load(run).await.unwrap().restored;
    assert!(!waits("ended").await && waits("under way").await && waits("left").await);
    assert!(waits("made what runs").await, "only the backup says that this is to run");
    end(&store, "under way").await;
    assert!(!waits("under way").await && waits("left").await);
    drop(store);
    assert!(open(&restored).load("left").await.unwrap().restored, "also after another start");
    assert_eq!(audit::verify(&restored, None).unwrap().problems, []);
}

#[tokio::test]
async fn nothing_is_written_over() {
    let (state, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let held = open(state.path());
    assert!(matches!(Vacant::take(state.path()), Err(StoreError::Locked { .. })));
    let file = copies.path().join("copy");
    snapshot(state.path(), &file).unwrap();
    drop(held);
    let refused = Vacant::take(state.path()).unwrap_err().to_string();
    assert!(refused.contains("is not written over"), "{refused}");
    std::fs::remove_file(crate::sqlite::database(state.path())).unwrap();
    Vacant::take(state.path()).unwrap().restore(&file, 0, 0, |_| None).unwrap();
    assert_eq!(open(state.path()).epoch(), 2);
}

#[test]
fn a_copy_that_is_none_leaves_nothing_behind() {
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("copy");
    std::fs::write(&file, "not a database, and long enough to be looked at as one".repeat(99)).unwrap();
    let state = place.path().join("state");
    assert!(Vacant::take(&state).unwrap().restore(&file, 0, 0, |_| None).is_err());
    let left: Vec<_> = std::fs::read_dir(&state).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["lock"]);
}

#[tokio::test]
async fn a_state_that_was_lost_with_its_log_can_be_brought_back() {
    let (state, copies) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(state.path());
    store.create(new_run(&store, "a", 0)).await.unwrap();
    let file = copies.path().join("copy");
    snapshot(state.path(), &file).unwrap();
    drop(store);
    // As a runtime leaves it that was killed.
    std::fs::write(state.path().join("lock"), "1\nlog\n").unwrap();
    std::fs::remove_file(crate::sqlite::database(state.path())).unwrap();
    let refused = crate::sqlite::open(state.path()).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused.contains("is gone"), "{refused}");
    Vacant::take(state.path()).unwrap().restore(&file, 0, 0, |_| None).unwrap();
    assert_eq!(open(state.path()).runs(false, 9).await.unwrap().len(), 1);
}
