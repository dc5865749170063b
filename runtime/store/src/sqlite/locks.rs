//! The rows that say which run keeps which target to itself.

use machine::ports::store::{Append, Lock, NewRun, StoreError, Target};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::write::Refused;
use crate::continuity::{expiry, lock_of};

/// Takes the locks of a new run, or none of them.
pub(super) fn take(connection: &Connection, run: &NewRun) -> Result<(), Refused> {
    for target in &run.targets {
        if let Some(held) = of(connection, target)? {
            return Err(StoreError::Held(Box::new(held)).into());
        }
    }
    run.targets.iter().try_for_each(|target| insert(connection, &lock_of(run, target)))
}

fn of(connection: &Connection, target: &Target) -> rusqlite::Result<Option<Lock>> {
    connection
        .prepare_cached(
            "SELECT environment, service, run, actor, since_ms, expires_ms FROM locks
             WHERE environment = ?1 AND service = ?2",
        )?
        .query_row([&target.environment, &target.service], lock)
        .optional()
}

fn lock(row: &Row<'_>) -> rusqlite::Result<Lock> {
    Ok(Lock {
        environment: row.get(0)?,
        service: row.get(1)?,
        run: row.get(2)?,
        actor: row.get(3)?,
        since_ms: row.get(4)?,
        expires_ms: row.get(5)?,
    })
}

fn insert(connection: &Connection, lock: &Lock) -> Result<(), Refused> {
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO locks (environment, service, run, actor, since_ms, expires_ms)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![lock.environment, lock.service, lock.run, lock.actor, lock.since_ms, lock.expires_ms])?;
    Ok(())
}

/// Frees the locks of a run that has ended, renews those of one that has not.
pub(super) fn follow(connection: &Connection, append: &Append) -> rusqlite::Result<()> {
    if append.ended {
        return connection.prepare_cached("DELETE FROM locks WHERE run = ?1")?.execute([&append.run]).map(drop);
    }
    connection
        .prepare_cached("UPDATE locks SET expires_ms = ?2 WHERE run = ?1")?
        .execute(params![append.run, expiry(append.moves_by_ms)])
        .map(drop)
}

pub(super) fn all(connection: &Connection, limit: u32) -> rusqlite::Result<Vec<Lock>> {
    connection
        .prepare_cached(
            "SELECT environment, service, run, actor, since_ms, expires_ms FROM locks
             ORDER BY environment, service LIMIT ?1",
        )?
        .query_map([limit], lock)?
        .collect()
}
