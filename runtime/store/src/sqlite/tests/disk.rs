//! A disk that is full or refuses: nothing half-written, a sentence that helps, and on it goes when there is space.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use machine::journal::Record;
use machine::ports::store::{NewRun, Store, StoreError};

use super::{append, new_run, open, records, schema, verified, wait};
use crate::sqlite::fault::Place;
use crate::sqlite::looked::Looked;
use crate::sqlite::{Held, Reader, SqliteStore, Writer};

/// A store whose database may grow by so many pages.
fn with_room(directory: &Path, room: i64) -> SqliteStore {
    let held = Held::take(directory).unwrap();
    let place = Place::new(directory);
    let mut connection = schema::connect(&place).unwrap();
    let epoch = schema::take_over(&mut connection, &place).unwrap();
    let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    connection.pragma_update(None, "max_page_count", pages + room).unwrap();
    let reader = Reader::start(schema::connect_to_read(&place.database()).unwrap(), place.clone()).unwrap();
    let looked = Looked::default();
    let writer = Writer::start(connection, place, looked.clone()).unwrap();
    SqliteStore { epoch, reader, writer, looked, held }
}

#[test]
fn after_a_failed_flush_nothing_is_written_any_more() {
    let directory = tempfile::tempdir().unwrap();
    let store = with_room(directory.path(), 1);
    let mut large = new_run(&store, "large", 0);
    large.plan = vec![7; 1 << 20];
    let full = wait(store.create(large)).unwrap_err();
    assert!(matches!(full, StoreError::Io(_)), "{full}");
    assert_eq!(wait(store.create(new_run(&store, "small", 0))), Err(full));
    assert!(wait(store.runs(false, 9)).unwrap().is_empty());
}

/// A record longer than all the room there is.
const LONG: usize = 100_000;

/// The first record of a run, or the next.
fn write(store: &SqliteStore, seq: u64, filler: usize) -> Result<(), StoreError> {
    let previous = wait(store.load("a")).map(|stored| stored.last_hash).unwrap_or_default();
    let at = records("", 1, 1)[0].at.clone();
    let mut append = append(store, "a", vec![Record::seal(&previous, seq, at, "x".repeat(filler).into())]);
    append.nodes = vec![(u32::try_from(seq).unwrap(), "row".into())];
    match seq {
        1 => wait(store.create(NewRun { first: append, ..new_run(store, "a", 0) })),
        _ => wait(store.append(append)),
    }
}

#[test]
fn a_full_disk_at_any_append_loses_nothing_and_goes_on() {
    for full_at in 1..=12 {
        let directory = tempfile::tempdir().unwrap();
        let store = with_room(directory.path(), 4);
        (1..full_at).for_each(|seq| write(&store, seq, 1).unwrap());
        let error = write(&store, full_at, LONG).unwrap_err().to_string();
        let place = directory.path().display().to_string();
        assert!(error.contains(&place) && error.contains("free some there, then start again"), "{error}");
        assert_eq!(write(&store, full_at, 1).unwrap_err().to_string(), error, "nothing is written any more");
        drop(store);

        let store = open(directory.path()).unwrap();
        match full_at {
            1 => assert!(wait(store.runs(false, 9)).unwrap().is_empty()),
            _ => assert_eq!(verified(&store, "a"), full_at - 1),
        }
        write(&store, full_at, LONG).unwrap();
        assert_eq!(verified(&store, "a"), full_at);
        assert_eq!(wait(store.load("a")).unwrap().damage, None);
    }
}

fn is_root() -> bool {
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o500)).unwrap();
    std::fs::write(directory.path().join("x"), "").is_ok()
}

#[test]
fn a_state_that_cannot_be_written_is_refused_with_what_to_do() {
    let outer = tempfile::tempdir().unwrap();
    let file = outer.path().join("file");
    std::fs::write(&file, "").unwrap();
    let error = open(&file.join("state")).err().unwrap().to_string();
    assert!(error.contains("choose another state directory with --state"), "{error}");
    if is_root() {
        println!("skip: modes do not bind root, so a directory and a file without write access cannot be tried");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    drop(open(directory.path()).unwrap());
    let database = crate::sqlite::database(directory.path());
    for (path, mode) in [(database.as_path(), 0o400), (directory.path(), 0o500)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        let error = open(directory.path()).err().unwrap().to_string();
        assert!(error.contains(&directory.path().display().to_string()), "{error}");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700)).unwrap();
    }
    assert!(open(directory.path()).is_ok());
}
