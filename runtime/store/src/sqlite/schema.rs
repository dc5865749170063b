//! The database's shape, its versions, and how a connection to it is set up.

use std::path::Path;
use std::time::Duration;

use machine::ports::store::StoreError;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::io;

/// The version of the tables this program writes.
pub const FORMAT: u64 = 2;

/// Before 3.51.3 a reset of the write-ahead log could lose committed pages.
const OLDEST_SOUND_LIBRARY: i32 = 3_051_003;

/// How long a connection waits for a stranger (a backup, a shell) that holds the database.
const BUSY: Duration = Duration::from_secs(5);

/// The plan stands apart from its run's row: SQLite rewrites a whole row when any column of it changes.
const TABLES: &str = "
    CREATE TABLE meta (format INTEGER NOT NULL, epoch INTEGER NOT NULL) STRICT;
    CREATE TABLE runs (
        run TEXT PRIMARY KEY, workflow TEXT NOT NULL, created_ms INTEGER NOT NULL, ended INTEGER NOT NULL,
        head TEXT NOT NULL, last_seq INTEGER NOT NULL, last_hash TEXT NOT NULL, key TEXT
    ) STRICT, WITHOUT ROWID;
    CREATE UNIQUE INDEX runs_by_key ON runs (key);
    CREATE INDEX runs_by_age ON runs (created_ms, run);
    CREATE INDEX runs_in_flight ON runs (created_ms, run) WHERE ended = 0;
    CREATE TABLE plans (run TEXT PRIMARY KEY, plan BLOB NOT NULL) STRICT;
    CREATE TABLE records (
        run TEXT NOT NULL, seq INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (run, seq)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE node_state (
        run TEXT NOT NULL, idx INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (run, idx)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE running (
        environment TEXT NOT NULL, service TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (environment, service)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE locks (
        environment TEXT NOT NULL, service TEXT NOT NULL, run TEXT NOT NULL, actor TEXT NOT NULL,
        since_ms INTEGER NOT NULL, expires_ms INTEGER NOT NULL, PRIMARY KEY (environment, service)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX locks_by_run ON locks (run);
    CREATE TABLE anchors (
        seq INTEGER PRIMARY KEY, run TEXT NOT NULL, last_seq INTEGER NOT NULL, last_hash TEXT NOT NULL,
        at_ms INTEGER NOT NULL, previous TEXT NOT NULL, hash TEXT NOT NULL
    ) STRICT;
    CREATE INDEX anchors_by_run ON anchors (run);
";

/// Refuses to touch a state with a SQLite that is known to lose data.
pub(crate) fn refuse_unsound_library(linked: i32) -> Result<(), StoreError> {
    if linked >= OLDEST_SOUND_LIBRARY {
        return Ok(());
    }
    Err(StoreError::Io(format!(
        "the linked SQLite {linked} can lose committed data when its log is reset; link 3.51.3 or newer"
    )))
}

/// Refuses a state of a newer version, on a connection that cannot write.
pub(crate) fn refuse_newer(database: &Path) -> Result<(), StoreError> {
    let connection = connect_to_read(database)?;
    match stored_format(&connection).map_err(|error| io(&error))? {
        Some(found) if found > FORMAT => Err(StoreError::Newer { found, known: FORMAT }),
        Some(_) | None => Ok(()),
    }
}

fn stored_format(connection: &Connection) -> rusqlite::Result<Option<u64>> {
    if !connection.table_exists(None, "meta")? {
        return Ok(None);
    }
    let format: i64 = connection.query_row("SELECT format FROM meta", [], |row| row.get(0))?;
    Ok(Some(u64::try_from(format).unwrap_or(u64::MAX)))
}

/// The connection that writes.
pub(super) fn connect(database: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags).map_err(|error| io(&error))?;
    set_up(&connection).map_err(|error| io(&error))?;
    Ok(connection)
}

fn set_up(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    // Before the first page is written, so that space which retention frees can be given back.
    connection.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "mmap_size", 0)?;
    connection.pragma_update(None, "trusted_schema", "OFF")?;
    connection.pragma_update(None, "journal_size_limit", 64 * 1024 * 1024)
}

/// A connection that only reads.
pub(crate) fn connect_to_read(database: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags).map_err(|error| io(&error))?;
    connection.busy_timeout(BUSY).and_then(|()| connection.pragma_update(None, "mmap_size", 0)).map_err(|e| io(&e))?;
    Ok(connection)
}

/// Makes the tables when there are none and takes the next epoch, durably.
pub(super) fn take_over(connection: &mut Connection) -> Result<u64, StoreError> {
    next_epoch(connection).map_err(|error| io(&error))
}

fn next_epoch(connection: &mut Connection) -> rusqlite::Result<u64> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if !transaction.table_exists(None, "meta")? {
        transaction.execute_batch(TABLES)?;
        let format = i64::try_from(FORMAT).unwrap_or(i64::MAX);
        transaction.execute("INSERT INTO meta (format, epoch) VALUES (?1, 0)", [format])?;
    }
    transaction.execute_batch(super::prune::TABLES)?;
    transaction.execute("UPDATE meta SET epoch = epoch + 1", [])?;
    let epoch = epoch(&transaction)?;
    transaction.commit()?;
    Ok(epoch)
}

/// The epoch that holds.
pub(crate) fn epoch(connection: &Connection) -> rusqlite::Result<u64> {
    let epoch: i64 = connection.prepare_cached("SELECT epoch FROM meta")?.query_row([], |row| row.get(0))?;
    Ok(u64::try_from(epoch).unwrap_or(0))
}
