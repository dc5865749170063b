//! What can be told of a state directory from outside: for `deployd doctor`, beside a runtime and where none can start.
//! Reads only.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use machine::ports::store::StoreError;
use rusqlite::OptionalExtension;

use crate::directory::{self, LOCK, named_holder};
use crate::sqlite::{FORMAT, io, schema};

/// Complaints of SQLite that are told at most.
const COMPLAINTS_MAX: u32 = 20;

/// The version of the linked SQLite.
#[must_use]
pub fn library() -> &'static str {
    rusqlite::version()
}

/// Why the linked SQLite is not to be trusted with a state, if so.
#[must_use]
pub fn unsound_library() -> Option<String> {
    schema::refuse_unsound_library(rusqlite::version_number()).err().map(|error| error.to_string())
}

/// What SQLite itself finds wrong with the database; nothing when it is sound.
///
/// # Errors
/// When the database cannot even be opened.
pub fn integrity(directory: &Path) -> Result<Vec<String>, StoreError> {
    let connection = schema::connect_to_read(&crate::sqlite::database(directory))?;
    let found = connection.prepare(&format!("PRAGMA integrity_check({COMPLAINTS_MAX})")).and_then(|mut statement| {
        statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()
    });
    let found = found.map_err(|error| io(&error))?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}

/// The format of the state, and the one that this program writes.
///
/// # Errors
/// When the database cannot be read.
pub fn format(directory: &Path) -> Result<(u64, u64), StoreError> {
    let connection = schema::connect_to_read(&crate::sqlite::database(directory))?;
    let found: Option<i64> =
        connection.query_row("SELECT format FROM meta", [], |row| row.get(0)).optional().map_err(|error| io(&error))?;
    Ok((found.and_then(|found| u64::try_from(found).ok()).unwrap_or(0), FORMAT))
}

/// That what was written last is gone with its write-ahead log, and what helps.
#[must_use]
pub fn lost_log(directory: &Path) -> Option<String> {
    directory::lost_log(directory)
}

/// When the latest record was written, by the wall clock of then, UTC milliseconds; none while there is no record.
///
/// # Errors
/// When the database cannot be read.
pub fn latest_ms(directory: &Path) -> Result<Option<i64>, StoreError> {
    let connection = schema::connect_to_read(&crate::sqlite::database(directory))?;
    let latest = "SELECT max(json_extract(json, '$.at.wall_ms')) FROM runs
                  JOIN records ON records.run = runs.run AND records.seq = runs.last_seq WHERE json_valid(json)";
    connection.query_row(latest, [], |row| row.get(0)).map_err(|error| io(&error))
}

/// The process that holds the directory. The kernel's list is read and the lock itself not touched: that would keep a
/// starting runtime out.
#[must_use]
pub fn holder(directory: &Path) -> Option<u32> {
    let lock = directory.join(LOCK);
    let pid = named_holder(&std::fs::read_to_string(&lock).ok()?)?;
    let inode = std::fs::metadata(&lock).ok()?.ino();
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    locks.lines().any(|line| is_lock_of(line, pid, inode)).then_some(pid)
}

/// A line of `/proc/locks`: number, `FLOCK`, kind, access, pid, `MAJOR:MINOR:INODE`. The device is left out, because
/// some file systems tell another one here.
fn is_lock_of(line: &str, pid: u32, inode: u64) -> bool {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let number = |field: Option<&&str>| field.and_then(|field| field.rsplit(':').next()?.parse::<u64>().ok());
    fields.get(1) == Some(&"FLOCK")
        && number(fields.get(4)) == Some(u64::from(pid))
        && number(fields.get(5)) == Some(inode)
}

#[cfg(test)]
mod tests {
    use machine::ports::store::Store;

    use super::*;
    use crate::conformance::new_run;

    #[tokio::test]
    async fn a_sound_state_is_told_as_sound() {
        let directory = tempfile::tempdir().unwrap();
        let store = crate::sqlite::open(directory.path()).unwrap();
        assert_eq!(holder(directory.path()), Some(std::process::id()));
        assert_eq!(latest_ms(directory.path()), Ok(None));
        store.create(new_run(&store, "a", 0)).await.unwrap();
        assert_eq!(latest_ms(directory.path()), Ok(Some(-5)));
        assert_eq!(integrity(directory.path()), Ok(Vec::new()));
        assert_eq!(format(directory.path()), Ok((FORMAT, FORMAT)));
        drop(store);
        assert_eq!(holder(directory.path()), None, "a lock's file stays behind");
    }

    #[test]
    fn a_lock_is_known_by_its_process_and_its_file() {
        let line = "1: FLOCK  ADVISORY  WRITE 708 08:01:13890 0 EOF";
        assert!(is_lock_of(line, 708, 13_890));
        assert!(!is_lock_of(line, 709, 13_890) && !is_lock_of(line, 708, 1));
        assert!(!is_lock_of("1: POSIX  ADVISORY  WRITE 708 08:01:13890 0 EOF", 708, 13_890));
        assert!(!is_lock_of("1: -> FLOCK ADVISORY WRITE 708 08:01:13890 0 EOF", 708, 13_890), "it only waits");
    }

    #[test]
    fn what_is_no_database_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(crate::sqlite::database(directory.path()), "x".repeat(4096)).unwrap();
        assert!(integrity(directory.path()).is_err());
        assert!(format(directory.path()).is_err());
    }
}
