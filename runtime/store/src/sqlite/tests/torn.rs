//! A write-ahead log whose end was not written or is not what was written, as after a power cut: at every boundary
//! between its frames and within them, whole transactions are there or gone.

use std::path::Path;

use machine::ports::store::Store;

use super::{go_on, new_run, open, verified, wait};

const HEADER: usize = 32;
const FRAME: usize = 24 + 4096;
const APPENDS: u64 = 6;

/// The files of a state directory as a crash leaves them.
fn crashed() -> Vec<(String, Vec<u8>)> {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path()).unwrap();
    wait(store.create(new_run(&store, "a", 0))).unwrap();
    for _ in 1..APPENDS {
        go_on(&store, "a").unwrap();
    }
    let files = ["state.sqlite", "state.sqlite-wal", "lock"];
    files.map(|name| (name.to_owned(), std::fs::read(directory.path().join(name)).unwrap())).into()
}

fn put(files: &[(String, Vec<u8>)], directory: &Path, mangle: impl Fn(&mut Vec<u8>)) {
    for (name, bytes) in files {
        let mut bytes = bytes.clone();
        if name.ends_with("-wal") {
            mangle(&mut bytes);
        }
        std::fs::write(directory.join(name), bytes).unwrap();
    }
}

/// How many records are there; the run can go on in each case.
fn left(files: &[(String, Vec<u8>)], mangle: impl Fn(&mut Vec<u8>)) -> u64 {
    let directory = tempfile::tempdir().unwrap();
    put(files, directory.path(), mangle);
    let store = open(directory.path()).unwrap();
    if wait(store.runs(false, 9)).unwrap().is_empty() {
        wait(store.create(new_run(&store, "a", 0))).unwrap();
        return 0;
    }
    let stored = wait(store.load("a")).unwrap();
    assert_eq!(stored.damage, None);
    let records = verified(&store, "a");
    go_on(&store, "a").unwrap();
    assert_eq!(verified(&store, "a"), records + 1);
    records
}

fn frames(files: &[(String, Vec<u8>)]) -> usize {
    let (_, log) = files.iter().find(|(name, _)| name.ends_with("-wal")).unwrap();
    assert_eq!((log.len() - HEADER) % FRAME, 0);
    (log.len() - HEADER) / FRAME
}

#[test]
fn a_log_cut_anywhere_holds_whole_transactions() {
    let files = crashed();
    let frames = frames(&files);
    assert!(frames > 10, "{frames}");
    let mut before = 0;
    for frame in 0..=frames {
        for within in [0, 1, 24, 24 + 2048, FRAME - 1] {
            let end = HEADER + frame * FRAME + within;
            let records = left(&files, |log| log.truncate(end));
            assert!(records >= before && records <= APPENDS, "cut at byte {end}: {records} after {before}");
            before = records;
        }
    }
    assert_eq!(before, APPENDS);
}

#[test]
fn a_log_overwritten_from_anywhere_holds_whole_transactions() {
    let files = crashed();
    for frame in 0..frames(&files) {
        for within in [0, 8, 24 + 100] {
            let from = HEADER + frame * FRAME + within;
            let zeros = left(&files, |log| log[from..].fill(0));
            let noise = left(&files, |log| log[from..].fill(0xa5));
            let cut = left(&files, |log| log.truncate(HEADER + frame * FRAME));
            assert_eq!((zeros, noise), (cut, cut), "from byte {from}");
        }
    }
}
