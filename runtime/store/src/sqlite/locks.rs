//! The rows that say which run keeps which target to itself. They follow from the rows of the runs in flight.

use machine::ports::store::{Lock, StoreError, Target};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::cells::{number, number_or_null, text};
use super::fault::Answer;
use crate::continuity::expiry;

/// A lock stands also when its run's row was lost: then nothing bounds it.
const LOCKS: &str = "SELECT locks.environment, locks.service, run, coalesce(actor, 'unknown'), coalesce(created_ms, 0), \
                     moves_by_ms FROM locks LEFT JOIN runs USING (run)";

/// Takes the locks of a new run, or none of them.
pub(super) fn take(connection: &Connection, run: &str, targets: &[Target]) -> Answer<()> {
    for target in targets {
        if let Some(held) = of(connection, target)? {
            return Err(StoreError::Held(Box::new(held)).into());
        }
    }
    for target in targets {
        insert(connection, run, target)?;
    }
    Ok(())
}

/// Adds a lock unless the target has one.
pub(super) fn insert(connection: &Connection, run: &str, target: &Target) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO locks (environment, service, run) VALUES (?1, ?2, ?3)")?
        .execute(params![target.environment, target.service, run])
        .map(drop)
}

fn of(connection: &Connection, target: &Target) -> rusqlite::Result<Option<Lock>> {
    connection
        .prepare_cached(&format!("{LOCKS} WHERE environment = ?1 AND service = ?2"))?
        .query_row([&target.environment, &target.service], lock)
        .optional()
}

fn lock(row: &Row<'_>) -> rusqlite::Result<Lock> {
    Ok(Lock {
        environment: text(row, 0)?,
        service: text(row, 1)?,
        run: text(row, 2)?,
        actor: text(row, 3)?,
        since_ms: number(row, 4)?,
        expires_ms: expiry(number_or_null(row, 5)?),
    })
}

/// Frees the locks of a run.
pub(super) fn free(connection: &Connection, run: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM locks WHERE run = ?1")?.execute([run]).map(drop)
}

/// Frees the locks that no run in flight has.
pub(super) fn free_orphans(connection: &Connection) -> rusqlite::Result<()> {
    connection
        .execute("DELETE FROM locks WHERE run NOT IN (SELECT run FROM runs NOT INDEXED WHERE ended = 0)", [])
        .map(drop)
}

pub(super) fn all(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Lock>> {
    connection
        .prepare_cached(&format!("{LOCKS} ORDER BY environment, service LIMIT ?1"))?
        .query_map([limit], lock)?
        .collect()
}
