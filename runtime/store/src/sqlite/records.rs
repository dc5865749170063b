//! The journal.

use machine::journal::Record;
use machine::ports::store::Append;
use rusqlite::{Connection, OptionalExtension, params};

use super::cells::{number, text};
use super::fault::{Answer, damaged};
use crate::continuity::Tail;

pub(super) fn write(connection: &Connection, append: &Append) -> Answer<()> {
    let mut insert = connection.prepare_cached("INSERT INTO records (run, seq, json) VALUES (?1, ?2, ?3)")?;
    for record in &append.records {
        insert.execute(params![append.run, record.seq.cast_signed(), super::write::json(record)?])?;
    }
    Ok(())
}

/// Records of a run from `from` on, at most `limit`.
pub(super) fn page(connection: &Connection, run: &str, from: u64, limit: u32) -> Answer<Vec<Record>> {
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let mut statement = connection
        .prepare_cached("SELECT seq, json FROM records WHERE run = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3")?;
    let mut rows = statement.query(params![run, from, limit])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push(read(run, number(row, 0)?, &text(row, 1)?)?);
    }
    Ok(records)
}

fn read(run: &str, seq: i64, json: &str) -> Answer<Record> {
    serde_json::from_str(json)
        .map_err(|error| damaged(format!("record {seq} of run {run} is not what was written: {error}")))
}

/// Where the journal of a run ends; none when it has no record. A last record that cannot be read has no hash.
pub(super) fn tail(connection: &Connection, run: &str) -> rusqlite::Result<Option<Tail>> {
    let last = connection
        .prepare_cached("SELECT seq, json FROM records WHERE run = ?1 ORDER BY seq DESC LIMIT 1")?
        .query_row([run], |row| Ok((number(row, 0)?, text(row, 1)?)))
        .optional()?;
    Ok(last.map(|(seq, json)| Tail {
        seq: seq.cast_unsigned(),
        hash: read(run, seq, &json).map(|record| record.hash).unwrap_or_default(),
    }))
}

/// The run's first record, when it can be read.
pub(super) fn first(connection: &Connection, run: &str) -> rusqlite::Result<Option<Record>> {
    let json = connection
        .prepare_cached("SELECT json FROM records WHERE run = ?1 AND seq = 1")?
        .query_row([run], |row| text(row, 0))
        .optional()?;
    Ok(json.and_then(|json| serde_json::from_str(&json).ok()))
}
