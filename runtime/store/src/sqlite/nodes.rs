//! The rows of nodes.

use rusqlite::{Connection, params};
use serde_json::Value;

use super::cells::{number, text};
use super::sum::sum;

/// Rows as read.
#[derive(Default)]
pub(super) struct Nodes {
    /// Those that are what was written, by index.
    pub(super) sound: Vec<(u32, Value)>,
    /// The indexes of those that are not.
    pub(super) unsound: Vec<i64>,
}

fn of_row(run: &str, index: i64, json: &str) -> String {
    sum(&[run.as_bytes(), &index.to_le_bytes(), json.as_bytes()])
}

pub(super) fn all(connection: &Connection, run: &str) -> rusqlite::Result<Nodes> {
    let mut statement =
        connection.prepare_cached("SELECT idx, json, sum FROM node_state WHERE run = ?1 ORDER BY idx")?;
    let mut rows = statement.query([run])?;
    let mut nodes = Nodes::default();
    while let Some(row) = rows.next()? {
        let (index, json, sum) = (number(row, 0)?, text(row, 1)?, text(row, 2)?);
        match (of_row(run, index, &json) == sum, u32::try_from(index), serde_json::from_str(&json)) {
            (true, Ok(index), Ok(value)) => nodes.sound.push((index, value)),
            _ => nodes.unsound.push(index),
        }
    }
    Ok(nodes)
}

/// Writes a row; whether it is a new one.
pub(super) fn write(connection: &Connection, run: &str, index: u32, json: &str) -> rusqlite::Result<bool> {
    let sum = of_row(run, i64::from(index), json);
    let values = params![run, index, json, sum];
    let changed = connection
        .prepare_cached("UPDATE node_state SET json = ?3, sum = ?4 WHERE run = ?1 AND idx = ?2")?
        .execute(values)?;
    if changed == 0 {
        connection
            .prepare_cached("INSERT INTO node_state (run, idx, json, sum) VALUES (?1, ?2, ?3, ?4)")?
            .execute(values)?;
    }
    Ok(changed == 0)
}

pub(super) fn count(connection: &Connection, run: &str) -> rusqlite::Result<i64> {
    connection.prepare_cached("SELECT count(*) FROM node_state WHERE run = ?1")?.query_row([run], |row| row.get(0))
}

pub(super) fn forget(connection: &Connection, run: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM node_state WHERE run = ?1")?.execute([run]).map(drop)
}
