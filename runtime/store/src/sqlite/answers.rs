//! The rows that say what was answered under which key.

use machine::ports::store::{Answered, StoreError};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::{Map, Value, json};

use super::cells::{number, text, text_or_null};
use super::fault::{Answer, damaged};
use super::heads::{self, Head};
use super::sum::sum;
use super::tables::ANSWERS;

const COLUMNS: &str = "key, request, answer, done, run, at_ms, sum";

/// Makes the table where an earlier program made the state, with what the runs have answered so far.
pub(super) fn ensure(connection: &Connection) -> Answer<()> {
    if connection.table_exists(None, "answers")? {
        return Ok(());
    }
    connection.execute_batch(ANSWERS)?;
    let mut of_runs = Vec::new();
    heads::each(connection, |head| {
        of_runs.extend(of_run(&head));
        Ok(())
    })?;
    of_runs.iter().try_for_each(|answered| keep(connection, answered))
}

/// What a run's state says that it answered. The request itself was not kept.
fn of_run(head: &Head) -> Vec<Answered> {
    let state = head.state();
    let none = Map::new();
    let signals = state.get("signals").and_then(Value::as_object).unwrap_or(&none);
    let answered = |(key, answer): (&String, &Value)| Answered {
        // Steals had a room of their own among the keys.
        key: key.strip_prefix("steal/").unwrap_or(key).to_owned(),
        request: Value::Null,
        answer: answer.clone(),
        done: true,
        run: Some(head.run.clone()),
        at_ms: head.created_ms,
    };
    signals.iter().map(answered).collect()
}

struct Cells {
    key: String,
    request: String,
    answer: String,
    done: bool,
    run: Option<String>,
    at_ms: i64,
}

impl Cells {
    fn of(answered: &Answered) -> Result<Self, StoreError> {
        Ok(Self {
            key: answered.key.clone(),
            request: super::write::json(&answered.request)?,
            answer: super::write::json(&answered.answer)?,
            done: answered.done,
            run: answered.run.clone(),
            at_ms: answered.at_ms,
        })
    }

    fn read(row: &Row<'_>) -> rusqlite::Result<(Self, String)> {
        let cells = Self {
            key: text(row, 0)?,
            request: text(row, 1)?,
            answer: text(row, 2)?,
            done: number(row, 3)? == 1,
            run: text_or_null(row, 4)?,
            at_ms: number(row, 5)?,
        };
        Ok((cells, text(row, 6)?))
    }

    fn sum(&self) -> String {
        let run = self.run.as_deref().unwrap_or_default();
        sum(&[
            self.key.as_bytes(),
            self.request.as_bytes(),
            self.answer.as_bytes(),
            &[u8::from(self.done)],
            run.as_bytes(),
            &self.at_ms.to_le_bytes(),
        ])
    }

    fn write(&self, connection: &Connection, or: &str) -> rusqlite::Result<()> {
        let sql = format!("INSERT OR {or} INTO answers ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
        let values = params![self.key, self.request, self.answer, self.done, self.run, self.at_ms, self.sum()];
        connection.prepare_cached(&sql)?.execute(values).map(drop)
    }

    fn told(self) -> Option<Answered> {
        Some(Answered {
            request: serde_json::from_str(&self.request).ok()?,
            answer: serde_json::from_str(&self.answer).ok()?,
            key: self.key,
            done: self.done,
            run: self.run,
            at_ms: self.at_ms,
        })
    }
}

/// What was answered under a key. A row that is not what was written is an error for this key alone.
pub(super) fn of(connection: &Connection, key: &str) -> Answer<Option<Answered>> {
    // A state that no runtime of this version has opened yet.
    if !connection.table_exists(None, "answers")? {
        return Ok(None);
    }
    let sql = format!("SELECT {COLUMNS} FROM answers WHERE key = ?1");
    let found = connection.prepare_cached(&sql)?.query_row([key], Cells::read).optional()?;
    let Some((cells, sum)) = found else { return Ok(None) };
    let sound = cells.sum() == sum;
    let told = if sound { cells.told() } else { None };
    told.map(Some).ok_or_else(|| damaged(lost(key)))
}

/// What is said of a row that is not what was written.
pub(crate) fn lost(key: &str) -> String {
    format!(
        "what was answered under the key `{key}` is not what was written; look whether it was done, and give another key if it was not"
    )
}

/// The keys whose rows are not what was written.
pub(crate) fn damaged_keys(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    if !connection.table_exists(None, "answers")? {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM answers ORDER BY key"))?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (cells, sum) = Cells::read(row)?;
        found.extend((cells.sum() != sum).then_some(cells.key));
    }
    Ok(found)
}

/// Keeps an answer unless the key has one.
pub(super) fn keep(connection: &Connection, answered: &Answered) -> Answer<()> {
    Ok(Cells::of(answered)?.write(connection, "IGNORE")?)
}

/// Refuses a key that came with a request of another kind than starting a run.
pub(super) fn expect_free(connection: &Connection, key: &str) -> Answer<()> {
    match of(connection, key)? {
        None => Ok(()),
        Some(known) => Err(known.taken().into()),
    }
}

/// Writes an answer into a state that is being put back, whatever its earlier life said under this key.
pub(crate) fn replace(connection: &Connection, answered: &Answered) -> Result<(), StoreError> {
    let write = || -> Answer<()> {
        ensure(connection)?;
        Ok(Cells::of(answered)?.write(connection, "REPLACE")?)
    };
    write().map_err(|fault| super::Place::default().tell(fault))
}

/// Notes a request, what is done of it, or its answer.
pub(super) fn try_note(connection: &Connection, answered: &Answered) -> Answer<()> {
    match of(connection, &answered.key)? {
        Some(known) if known.request != answered.request => return Err(known.taken().into()),
        Some(known) if known.done => return Ok(()),
        Some(_) => {}
        None => expect_no_run(connection, &answered.key)?,
    }
    Ok(Cells::of(answered)?.write(connection, "REPLACE")?)
}

fn expect_no_run(connection: &Connection, key: &str) -> Answer<()> {
    match heads::with_key(connection, key)? {
        None => Ok(()),
        Some(head) => Err(StoreError::KeyUsed { key: key.to_owned(), run: head.run }.into()),
    }
}

/// Adds runs that were removed to what is done of a request.
pub(super) fn add_removed(connection: &Connection, key: &str, runs: &[String], records: u64) -> Answer<()> {
    let Some(mut known) = of(connection, key)? else { return Ok(()) };
    let before = known.answer["runs"].as_array().cloned().unwrap_or_default();
    let all: Vec<Value> = before.into_iter().chain(runs.iter().map(|run| json!(run))).collect();
    let records = known.answer["records"].as_u64().unwrap_or(0).saturating_add(records);
    if let Some(answer) = known.answer.as_object_mut() {
        answer.insert("runs".to_owned(), json!(all));
        answer.insert("records".to_owned(), json!(records));
    }
    try_note(connection, &known)
}

/// Forgets what was said to a run.
pub(super) fn forget(connection: &Connection, run: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM answers WHERE run = ?1")?.execute([run]).map(drop)
}
