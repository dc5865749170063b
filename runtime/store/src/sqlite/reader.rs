//! The thread that reads, on a connection that cannot write and never waits for the writer.

use std::thread::JoinHandle;

use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::store::{RunLine, Running, StoreError, StoredRun};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::io;

/// Reads that may wait before callers are held back.
const QUEUE: usize = 256;

type Query = Box<dyn FnOnce(&Connection) + Send>;

/// The handle on the thread; dropping it closes the connection.
pub(super) struct Reader {
    queue: Option<mpsc::Sender<Query>>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    pub(super) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (queue, mut asked) = mpsc::channel::<Query>(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-reader".to_owned())
            .spawn(move || {
                while let Some(query) = asked.blocking_recv() {
                    query(&connection);
                }
            })
            .map_err(|error| StoreError::Io(format!("cannot start a thread: {error}")))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Runs a query on the thread.
    pub(super) fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, StoreError>> {
        let queue = self.queue.clone();
        let (answer, answered) = oneshot::channel();
        // A caller that has stopped waiting does not need its answer.
        let query: Query = Box::new(move |connection| drop(answer.send(query(connection))));
        Box::pin(async move {
            let gone = || StoreError::Io("the reader has ended".to_owned());
            queue.ok_or_else(gone)?.send(query).await.map_err(|_| gone())?;
            answered.await.map_err(|_| gone())?
        })
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.queue = None;
        // A panic of the thread has been answered to every caller as an ended reader.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

pub(super) fn load(connection: &Connection, run: &str) -> Result<StoredRun, StoreError> {
    query_run(connection, run).map_err(|error| io(&error))?.ok_or_else(|| StoreError::Missing(run.to_owned()))
}

/// One transaction: the run's row and its nodes' rows are of the same moment.
fn query_run(connection: &Connection, run: &str) -> rusqlite::Result<Option<StoredRun>> {
    let transaction = connection.unchecked_transaction()?;
    let nodes = query_nodes(&transaction, run)?;
    transaction
        .prepare_cached("SELECT plan, head, last_seq, last_hash FROM runs JOIN plans USING (run) WHERE run = ?1")?
        .query_row([run], |row| {
            let last_seq = row.get::<_, i64>(2)?.cast_unsigned();
            Ok(StoredRun { plan: row.get(0)?, head: json(row, 1)?, nodes, last_seq, last_hash: row.get(3)? })
        })
        .optional()
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

fn json<T: DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, Box::new(error))
    })
}
