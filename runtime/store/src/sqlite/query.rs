//! The statements that read.

use machine::journal::Record;
use machine::ports::store::{Anchor, Lock, RunLine, Running, StoreError, StoredRun};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{anchors, io, locks};

pub(super) fn load(connection: &Connection, run: &str) -> Result<StoredRun, StoreError> {
    query_run(connection, run).map_err(|error| io(&error))?.ok_or_else(|| StoreError::Missing(run.to_owned()))
}

/// One transaction: the run's row and its nodes' rows are of the same moment.
fn query_run(connection: &Connection, run: &str) -> rusqlite::Result<Option<StoredRun>> {
    let transaction = connection.unchecked_transaction()?;
    stored(&transaction, run)
}

/// The same within a transaction that the caller has begun.
pub(crate) fn stored(transaction: &Connection, run: &str) -> rusqlite::Result<Option<StoredRun>> {
    let nodes = query_nodes(transaction, run)?;
    let restored = is_restored(transaction, run)?;
    transaction
        .prepare_cached("SELECT plan, head, last_seq, last_hash FROM runs JOIN plans USING (run) WHERE run = ?1")?
        .query_row([run], |row| {
            let last_seq = row.get::<_, i64>(2)?.cast_unsigned();
            Ok(StoredRun {
                plan: row.get(0)?,
                head: json(row, 1)?,
                nodes,
                last_seq,
                last_hash: row.get(3)?,
                damage: None,
                restored,
            })
        })
        .optional()
}

/// A state that no runtime of this version has opened yet has no notes on runs.
fn is_restored(connection: &Connection, run: &str) -> rusqlite::Result<bool> {
    if !connection.table_exists(None, "restored")? {
        return Ok(false);
    }
    connection.prepare_cached("SELECT 1 FROM restored WHERE run = ?1")?.exists([run])
}

fn query_nodes(connection: &Connection, run: &str) -> rusqlite::Result<Vec<(u32, Value)>> {
    connection
        .prepare_cached("SELECT idx, json FROM node_state WHERE run = ?1 ORDER BY idx")?
        .query_map([run], |row| Ok((row.get(0)?, json(row, 1)?)))?
        .collect()
}

pub(super) fn runs(connection: &Connection, unended_only: bool, limit: u32) -> Result<Vec<RunLine>, StoreError> {
    let all = "SELECT run, workflow, created_ms, ended, head FROM runs ORDER BY created_ms DESC, run DESC LIMIT ?1";
    let in_flight = "SELECT run, workflow, created_ms, ended, head FROM runs WHERE ended = 0
                     ORDER BY created_ms DESC, run DESC LIMIT ?1";
    query_runs(connection, if unended_only { in_flight } else { all }, limit).map_err(|error| io(&error))
}

fn query_runs(connection: &Connection, sql: &str, limit: u32) -> rusqlite::Result<Vec<RunLine>> {
    connection.prepare_cached(sql)?.query_map([limit], line)?.collect()
}

fn line(row: &Row<'_>) -> rusqlite::Result<RunLine> {
    Ok(RunLine {
        run: row.get(0)?,
        workflow: row.get(1)?,
        created_ms: row.get(2)?,
        ended: row.get(3)?,
        head: json(row, 4)?,
    })
}

pub(super) fn with_key(connection: &Connection, key: &str) -> Result<Option<RunLine>, StoreError> {
    connection
        .prepare_cached("SELECT run, workflow, created_ms, ended, head FROM runs WHERE key = ?1")
        .and_then(|mut statement| statement.query_row([key], line).optional())
        .map_err(|error| io(&error))
}

pub(super) fn locks(connection: &Connection, limit: u32) -> Result<Vec<Lock>, StoreError> {
    locks::all(connection, limit).map_err(|error| io(&error))
}

pub(super) fn anchors(connection: &Connection, from: u64, limit: u32) -> Result<Vec<Anchor>, StoreError> {
    anchors::page(connection, from, limit).map_err(|error| io(&error))
}

pub(super) fn journal(connection: &Connection, run: &str, from: u64, limit: u32) -> Result<Vec<Record>, StoreError> {
    let known = connection
        .prepare_cached("SELECT 1 FROM runs WHERE run = ?1")
        .and_then(|mut statement| statement.exists([run]))
        .map_err(|error| io(&error))?;
    if !known {
        return Err(StoreError::Missing(run.to_owned()));
    }
    query_journal(connection, run, from, limit).map_err(|error| io(&error))
}

fn query_journal(connection: &Connection, run: &str, from: u64, limit: u32) -> rusqlite::Result<Vec<Record>> {
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    connection
        .prepare_cached("SELECT json FROM records WHERE run = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3")?
        .query_map(params![run, from, limit], |row| json(row, 0))?
        .collect()
}

pub(super) fn running(
    connection: &Connection,
    environment: &str,
    service: &str,
) -> Result<Option<Running>, StoreError> {
    connection
        .prepare_cached("SELECT json FROM running WHERE environment = ?1 AND service = ?2")
        .and_then(|mut statement| statement.query_row([environment, service], |row| json(row, 0)).optional())
        .map_err(|error| io(&error))
}

pub(super) fn registry(connection: &Connection, limit: u32) -> Result<Vec<Running>, StoreError> {
    connection
        .prepare_cached("SELECT json FROM running ORDER BY environment, service LIMIT ?1")
        .and_then(|mut statement| statement.query_map([limit], |row| json(row, 0))?.collect())
        .map_err(|error| io(&error))
}

fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}
