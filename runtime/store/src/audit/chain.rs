//! The chain of one journal.

use machine::journal::Record;
use rusqlite::{Connection, Row};

use super::Problem;
use crate::continuity::Tail;
use crate::sqlite::cells::{number, text};

/// What reading a journal gave.
#[derive(Default)]
pub(super) struct Chain {
    /// Records that are there, sound or not.
    pub(super) records: u64,
    /// The last sound record.
    pub(super) tail: Tail,
    /// The first thing that does not fit.
    pub(super) problem: Option<Problem>,
}

/// A row as it lies there: nothing of it is trusted.
pub(super) struct Stored {
    pub(super) seq: u64,
    pub(super) text: String,
}

pub(super) fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok(Stored { seq: number(row, 0)?.cast_unsigned(), text: text(row, 1)? })
}

/// Reads the journal of a run from its first record. After the first break only the count goes on: what follows a break
/// cannot be told apart from its consequences.
pub(super) fn read(connection: &Connection, run: &str) -> rusqlite::Result<Chain> {
    let mut chain = Chain::default();
    let mut statement = connection.prepare_cached("SELECT seq, json FROM records WHERE run = ?1 ORDER BY seq")?;
    let mut rows = statement.query([run])?;
    while let Some(row) = rows.next()? {
        chain.records += 1;
        if chain.problem.is_none() {
            match next(&chain.tail, &stored(row)?) {
                Ok(tail) => chain.tail = tail,
                Err((seq, what)) => chain.problem = Some(Problem::of_record(run, seq, what)),
            }
        }
    }
    Ok(chain)
}

/// The tail after this row, or what is wrong with which record.
fn next(tail: &Tail, row: &Stored) -> Result<Tail, (u64, String)> {
    let expected = tail.seq.saturating_add(1);
    if row.seq != expected {
        return Err((expected, format!("it is missing; record {} comes next", row.seq)));
    }
    let record: Record = serde_json::from_str(&row.text)
        .map_err(|error| (row.seq, format!("its row is not a record any more: {error}")))?;
    record.verify(&tail.hash, row.seq).map_err(|broken| (row.seq, broken.what.to_owned()))?;
    Ok(Tail { seq: record.seq, hash: record.hash })
}
