//! The rows that anchor the ends of journals.

use machine::ports::store::Anchor;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::cells::{number, number_or_null, text};
use super::heads::Head;
use crate::continuity::{Tail, anchor};

/// What [`row`] reads, in its order.
pub(crate) const COLUMNS: &str = "seq, run, last_seq, last_hash, at_ms, previous, hash";

/// Anchors the end of a run.
pub(super) fn write(connection: &Connection, head: &Head) -> rusqlite::Result<()> {
    let anchor = anchor(&head.run, &head.tail(), ended_ms(connection, head)?).seal(last(connection)?.as_ref());
    let sql = format!("INSERT INTO anchors ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)");
    let values = params![
        anchor.seq.cast_signed(),
        anchor.run,
        anchor.last_seq.cast_signed(),
        anchor.last_hash,
        anchor.at_ms,
        anchor.previous,
        anchor.hash
    ];
    connection.prepare_cached(&sql)?.execute(values).map(drop)
}

/// When the last record was written; a run without records ends when it is created.
fn ended_ms(connection: &Connection, head: &Head) -> rusqlite::Result<i64> {
    let at = connection
        .prepare_cached(
            "SELECT CASE WHEN json_valid(json) THEN json_extract(json, '$.at.wall_ms') END
             FROM records WHERE run = ?1 ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([&head.run], |row| number_or_null(row, 0))
        .optional()?;
    Ok(at.flatten().unwrap_or(head.created_ms))
}

fn last(connection: &Connection) -> rusqlite::Result<Option<Anchor>> {
    let sql = format!("SELECT {COLUMNS} FROM anchors ORDER BY seq DESC LIMIT 1");
    connection.prepare_cached(&sql)?.query_row([], row).optional()
}

/// The anchor of a row of [`COLUMNS`].
pub(crate) fn row(row: &Row<'_>) -> rusqlite::Result<Anchor> {
    Ok(Anchor {
        seq: number(row, 0)?.cast_unsigned(),
        run: text(row, 1)?,
        last_seq: number(row, 2)?.cast_unsigned(),
        last_hash: text(row, 3)?,
        at_ms: number(row, 4)?,
        previous: text(row, 5)?,
        hash: text(row, 6)?,
    })
}

/// Whether a run has ended with this tail.
pub(super) fn ended_with(connection: &Connection, run: &str, tail: &Tail) -> rusqlite::Result<bool> {
    connection
        .prepare_cached("SELECT 1 FROM anchors WHERE run = ?1 AND last_seq >= ?2")?
        .exists(params![run, tail.seq.cast_signed()])
}

pub(super) fn page(connection: &Connection, from: u64, limit: u32) -> rusqlite::Result<Vec<Anchor>> {
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    let sql = format!("SELECT {COLUMNS} FROM anchors WHERE seq >= ?1 ORDER BY seq LIMIT ?2");
    connection.prepare_cached(&sql)?.query_map(params![from, limit], row)?.collect()
}
