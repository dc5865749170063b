//! The database of a backup: taken while a runtime writes, and put back so that nothing in it is taken up by itself.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use machine::ports::store::{Answered, StoreError};
use rusqlite::{Connection, OpenFlags};
use serde::{Deserialize, Serialize};

use crate::audit::{self, Audit};
use crate::directory::{DATABASE, Lock, sync};
use crate::sqlite::{answers, io, meta, schema};
use crate::texts::MAKERS;

/// What the database of a backup holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    /// The epoch of the runtime that wrote it last.
    pub epoch: u64,
    /// Runs that had not ended.
    pub in_flight: Vec<String>,
}

/// Writes the state of a directory, as it is at one moment, into a new file: whole and synced, or an error. A runtime
/// goes on writing meanwhile.
///
/// # Errors
/// When the state cannot be read or the file not be written; the file is there already.
pub fn snapshot(directory: &Path, to: &Path) -> Result<Snapshot, StoreError> {
    let database = crate::sqlite::database(directory);
    schema::refuse_other(&database)?;
    let connection = schema::connect_to_read(&database)?;
    connection.execute("VACUUM INTO ?1", [path(to)?]).map_err(|error| io(&error))?;
    private(to)?;
    describe(&schema::connect_to_read(to)?).map_err(|error| io(&error))
}

fn private(file: &Path) -> Result<(), StoreError> {
    let made =
        std::fs::set_permissions(file, Permissions::from_mode(0o600)).and_then(|()| File::open(file)?.sync_all());
    made.map_err(|error| StoreError::Io(format!("cannot make {} durable: {error}", file.display())))
}

fn path(file: &Path) -> Result<&str, StoreError> {
    file.to_str().ok_or_else(|| StoreError::Io(format!("the path {} is not UTF-8; choose another", file.display())))
}

fn describe(connection: &Connection) -> rusqlite::Result<Snapshot> {
    let mut statement = connection.prepare("SELECT run FROM runs WHERE ended = 0 ORDER BY run")?;
    let in_flight = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(Snapshot { epoch: meta::epoch(connection)?, in_flight })
}

/// Verifies a database that lies alone, as in a backup.
///
/// # Errors
/// When it cannot be read.
pub fn verify(database: &Path) -> Result<Audit, StoreError> {
    schema::refuse_other(database)?;
    audit::verify_in(&schema::connect_to_read(database)?, None)
}

/// A directory without a state, held so that nobody else makes one in it.
#[derive(Debug)]
pub struct Vacant {
    directory: PathBuf,
    lock: Lock,
}

impl Vacant {
    /// Takes a directory, which is made when it is not there.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when a runtime holds it; when a state is there already; when it cannot be used.
    pub fn take(directory: &Path) -> Result<Self, StoreError> {
        let lock = Lock::take_to_restore(directory)?;
        refuse_existing(&directory.join(DATABASE))?;
        Ok(Self { directory: directory.to_owned(), lock })
    }

    /// Makes a copy of a database the state here. Its epoch is at least `seen`, so that the next one is above it, and
    /// what was under way in it, or made what runs, waits for a person: what happened since is not known. What is
    /// `answered` under the request's key becomes durable with it.
    ///
    /// # Errors
    /// When the copy cannot be read or the disk refuses; the directory has no state then.
    pub fn restore(
        self,
        from: &Path,
        seen: u64,
        at_ms: i64,
        answered: impl FnOnce(&Snapshot) -> Option<Answered>,
    ) -> Result<Snapshot, StoreError> {
        let target = self.directory.join(DATABASE);
        let fresh = self.directory.join(format!("{DATABASE}.restoring"));
        let copied = copy(from, &fresh).and_then(|()| mark(&fresh, seen, at_ms, answered));
        let snapshot = copied.inspect_err(|_| drop(std::fs::remove_file(&fresh)))?;
        let placed = std::fs::rename(&fresh, &target).and_then(|()| sync(&self.directory));
        let failed = |error| StoreError::Io(format!("cannot put the state into {}: {error}", self.directory.display()));
        placed.map_err(failed)?;
        self.lock.let_go();
        Ok(snapshot)
    }
}

/// An empty file is what a runtime leaves that could not make its tables.
fn refuse_existing(target: &Path) -> Result<(), StoreError> {
    let beside = |suffix: &str| target.with_file_name(format!("{DATABASE}{suffix}"));
    let found =
        [beside(""), beside("-wal")].into_iter().find(|file| std::fs::metadata(file).is_ok_and(|f| f.len() > 0));
    match found {
        None => Ok(()),
        Some(file) => Err(StoreError::Occupied(format!(
            "{} is there already and is not written over; move it (and `{DATABASE}-wal`) away first, or give another directory with --state",
            file.display()
        ))),
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let copied = std::fs::copy(from, to).map(drop);
    copied.map_err(|error| StoreError::Io(format!("cannot copy {} to {}: {error}", from.display(), to.display())))?;
    private(to)
}

fn mark(
    database: &Path,
    seen: u64,
    at_ms: i64,
    answered: impl FnOnce(&Snapshot) -> Option<Answered>,
) -> Result<Snapshot, StoreError> {
    let marked = marked(database, seen, at_ms, answered)?;
    private(database)?;
    Ok(marked)
}

/// Without a log of its own beside the file: the one that is renamed holds everything.
fn marked(
    database: &Path,
    seen: u64,
    at_ms: i64,
    answered: impl FnOnce(&Snapshot) -> Option<Answered>,
) -> Result<Snapshot, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(database, flags).map_err(|error| io(&error))?;
    connection.pragma_update(None, "journal_mode", "DELETE").map_err(|error| io(&error))?;
    let transaction = connection.transaction().map_err(|error| io(&error))?;
    meta::raise_epoch(&transaction, seen)?;
    let mark = format!(
        "INSERT OR REPLACE INTO restored (run, at_ms) SELECT run, ?1 FROM runs WHERE ended = 0 OR run IN ({MAKERS})"
    );
    transaction.execute(&mark, [at_ms]).map_err(|error| io(&error))?;
    let snapshot = describe(&transaction).map_err(|error| io(&error))?;
    if let Some(answered) = answered(&snapshot) {
        answers::replace(&transaction, &answered)?;
    }
    transaction.commit().map_err(|error| io(&error))?;
    Ok(snapshot)
}

#[cfg(test)]
mod tests;
