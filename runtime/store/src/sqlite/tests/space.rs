//! What retention removes is given back to the disk.

use machine::ports::store::{Prune, Store};

use super::{append, new_run, open, records, wait};

#[test]
fn the_file_shrinks_when_old_runs_are_forgotten() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    wait(store.create(new_run(&store, "old", 0))).unwrap();
    let first = wait(store.load("old")).unwrap();
    let mut end = append(&store, "old", records(&first.last_hash, 2, 4_000));
    end.ended = true;
    wait(store.append(end)).unwrap();
    drop(store);
    let size = || std::fs::metadata(crate::sqlite::database(directory.path())).unwrap().len();
    let before = size();
    let store = open(directory.path()).unwrap();
    let prune = Prune {
        epoch: store.epoch(),
        ended_before_ms: i64::MAX,
        limit: 9,
        actor: "olga".to_owned(),
        at_ms: 9,
        dry_run: false,
        key: None,
    };
    assert_eq!(wait(store.prune(prune)).unwrap().records, 4_000);
    drop(store);
    assert!(size() < before / 4, "{} of {before} bytes are left", size());
}
