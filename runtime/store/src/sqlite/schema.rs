//! The database's versions, and how a connection to it is set up and taken over.

use std::path::Path;
use std::time::Duration;

use machine::ports::store::StoreError;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::fault::{Answer, Place};
use super::meta::{self, Meta};
use super::tables::{RECORDS, TABLES};
use super::{answers, heal, upgrade};

/// The version of the tables this program writes.
pub const FORMAT: u64 = 2;

/// Before 3.51.3 a reset of the write-ahead log could lose committed pages.
const OLDEST_SOUND_LIBRARY: i32 = 3_051_003;

/// How long a connection waits for a stranger (a backup, a shell) that holds the database.
const BUSY: Duration = Duration::from_secs(5);

/// Refuses to touch a state with a SQLite that is known to lose data.
pub(crate) fn refuse_unsound_library(linked: i32) -> Result<(), StoreError> {
    if linked >= OLDEST_SOUND_LIBRARY {
        return Ok(());
    }
    Err(StoreError::Io(format!(
        "the linked SQLite {linked} can lose committed data when its log is reset; link 3.51.3 or newer"
    )))
}

/// The format of a database that this program can open, none when it is empty; looked at on a connection that cannot
/// write.
pub(super) fn format(database: &Path) -> Result<Option<u64>, StoreError> {
    let place = Place::of(database);
    let connection = connect_to_read(database)?;
    match stored_format(&connection).map_err(|error| place.io(&error))? {
        Some(found) if found > FORMAT => Err(StoreError::Newer { found, known: FORMAT }),
        Some(0) => Err(place.malformed("its format is 0")),
        found => Ok(found),
    }
}

/// Refuses a database of another format, for whoever reads it as it lies there.
pub(crate) fn refuse_other(database: &Path) -> Result<(), StoreError> {
    match format(database)? {
        Some(found) if found < FORMAT => Err(StoreError::Io(format!(
            "the state {} has format {found}; this version's `deployd serve` brings it to format {FORMAT} when it starts",
            database.display()
        ))),
        Some(_) | None => Ok(()),
    }
}

fn stored_format(connection: &Connection) -> rusqlite::Result<Option<u64>> {
    if !connection.table_exists(None, "meta")? {
        return Ok(None);
    }
    let format: i64 = connection.query_row("SELECT format FROM meta", [], |row| row.get(0))?;
    Ok(Some(u64::try_from(format).unwrap_or(0)))
}

/// The connection that writes.
pub(super) fn connect(place: &Place) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(place.database(), flags);
    connection.and_then(|connection| set_up(&connection).map(|()| connection)).map_err(|error| place.io(&error))
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    // Before the first page is written, so that space which retention frees can be given back.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "cell_size_check", "ON")?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)
}

/// A connection that only reads.
pub(crate) fn connect_to_read(database: &Path) -> Result<Connection, StoreError> {
    open_to_read(database).map_err(|error| Place::of(database).io(&error))
}

pub(super) fn open_to_read(database: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "cell_size_check", "ON")?;
    Ok(connection)
}

/// Makes the tables when there are none or they are of an earlier format, puts right what can be, and takes the next
/// epoch: all of it durably, or nothing.
pub(super) fn take_over(connection: &mut Connection, place: &Place) -> Result<u64, StoreError> {
    next_epoch(connection, place).map_err(|fault| place.tell(fault))
}

fn next_epoch(connection: &mut Connection, place: &Place) -> Answer<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match stored_format(&transaction)? {
        None => make(&transaction)?,
        Some(1) => upgrade::from_1(&transaction)?,
        Some(_) => {}
    }
    answers::ensure(&transaction)?;
    let mut meta = meta::read(&transaction, place)?;
    meta.epoch += 1;
    meta.update(&transaction)?;
    heal::heal(&transaction, place)?;
    transaction.commit()?;
    Ok(meta.epoch.cast_unsigned())
}

fn make(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(TABLES)?;
    connection.execute_batch(RECORDS)?;
    Meta { format: FORMAT.cast_signed(), epoch: 0, services: Vec::new() }.insert(connection)
}
