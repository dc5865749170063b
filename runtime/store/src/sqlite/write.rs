//! The statements of a write, within the writer's transaction.

use machine::ports::store::{Append, NewRun, Running, StoreError};
use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;

use super::{anchors, locks, schema};
use crate::continuity::{Tail, check_epoch, follow};

/// Why a write was not made.
pub(super) enum Refused {
    /// The caller asked for something that does not fit; the others are not concerned.
    Caller(StoreError),
    /// The database failed; nobody is to write any more.
    Database(rusqlite::Error),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Caller(error)
    }
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}

pub(super) fn create(connection: &Connection, run: &NewRun) -> Result<(), Refused> {
    check_epoch(schema::epoch(connection)?, run.first.epoch)?;
    if tail(connection, &run.first.run)?.is_some() {
        return Err(StoreError::Exists(run.first.run.clone()).into());
    }
    if let Some(holder) = with_key(connection, &run.key)? {
        return Err(StoreError::KeyUsed { key: run.key.clone(), run: holder }.into());
    }
    locks::take(connection, run)?;
    connection
        .prepare_cached(
            "INSERT INTO runs (run, workflow, created_ms, ended, head, last_seq, last_hash, key)
             VALUES (?1, ?2, ?3, 0, 'null', 0, '', ?4)",
        )?
        .execute(params![run.first.run, run.workflow, run.created_ms, run.key])?;
    connection
        .prepare_cached("INSERT INTO plans (run, plan) VALUES (?1, ?2)")?
        .execute(params![run.first.run, run.plan])?;
    append(connection, &run.first)
}

fn with_key(connection: &Connection, key: &str) -> rusqlite::Result<Option<String>> {
    connection.prepare_cached("SELECT run FROM runs WHERE key = ?1")?.query_row([key], |row| row.get(0)).optional()
}

pub(super) fn append(connection: &Connection, append: &Append) -> Result<(), Refused> {
    check_epoch(schema::epoch(connection)?, append.epoch)?;
    let tail = tail(connection, &append.run)?.ok_or_else(|| StoreError::Missing(append.run.clone()))?;
    let tail = follow(tail, append)?;
    records(connection, append)?;
    nodes(connection, append)?;
    head(connection, append, &tail)?;
    taken_up(connection, &append.run)?;
    locks::follow(connection, append)?;
    anchors::follow(connection, append, &tail)?;
    append.running.iter().try_for_each(|entry| running(connection, entry))
}

/// Whoever appends has decided what becomes of a run that a backup brought back.
fn taken_up(connection: &Connection, run: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM restored WHERE run = ?1")?.execute([run]).map(drop)
}

fn tail(connection: &Connection, run: &str) -> rusqlite::Result<Option<Tail>> {
    connection
        .prepare_cached("SELECT last_seq, last_hash FROM runs WHERE run = ?1")?
        .query_row([run], |row| Ok(Tail { seq: row.get::<_, i64>(0)?.cast_unsigned(), hash: row.get(1)? }))
        .optional()
}

fn records(connection: &Connection, append: &Append) -> Result<(), Refused> {
    let mut insert = connection.prepare_cached("INSERT INTO records (run, seq, json) VALUES (?1, ?2, ?3)")?;
    for record in &append.records {
        insert.execute(params![append.run, record.seq.cast_signed(), json(record)?])?;
    }
    Ok(())
}

fn nodes(connection: &Connection, append: &Append) -> Result<(), Refused> {
    let mut upsert = connection.prepare_cached(
        "INSERT INTO node_state (run, idx, json) VALUES (?1, ?2, ?3)
         ON CONFLICT (run, idx) DO UPDATE SET json = excluded.json",
    )?;
    for (index, row) in &append.nodes {
        upsert.execute(params![append.run, index, json(row)?])?;
    }
    Ok(())
}

fn head(connection: &Connection, append: &Append, tail: &Tail) -> Result<(), Refused> {
    connection
        .prepare_cached("UPDATE runs SET head = ?2, ended = ?3, last_seq = ?4, last_hash = ?5 WHERE run = ?1")?
        .execute(params![append.run, json(&append.head)?, append.ended, tail.seq.cast_signed(), tail.hash])?;
    Ok(())
}

fn running(connection: &Connection, entry: &Running) -> Result<(), Refused> {
    connection
        .prepare_cached(
            "INSERT INTO running (environment, service, json) VALUES (?1, ?2, ?3)
             ON CONFLICT (environment, service) DO UPDATE SET json = excluded.json",
        )?
        .execute(params![entry.environment, entry.service, json(entry)?])?;
    Ok(())
}

fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Io(format!("a record cannot be written as JSON: {error}")))
}
