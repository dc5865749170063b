//! The rows that anchor the ends of journals.

use machine::ports::store::{Anchor, Append};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::continuity::{Tail, anchor};

/// Anchors the end of a run that this append ends.
pub(super) fn follow(connection: &Connection, append: &Append, tail: &Tail) -> rusqlite::Result<()> {
    if !append.ended {
        return Ok(());
    }
    let anchor = anchor(&append.run, tail, ended_ms(connection, append)?).seal(last(connection)?.as_ref());
    connection
        .prepare_cached(
            "INSERT INTO anchors (seq, run, last_seq, last_hash, at_ms, previous, hash)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            anchor.seq.cast_signed(),
            anchor.run,
            anchor.last_seq.cast_signed(),
            anchor.last_hash,
            anchor.at_ms,
            anchor.previous,
            anchor.hash
        ])
        .map(drop)
}

/// When the last record was written; a run without records ends when it is created.
fn ended_ms(connection: &Connection, append: &Append) -> rusqlite::Result<i64> {
    connection
        .prepare_cached(
            "SELECT coalesce(
                (SELECT json_extract(json, '$.at.wall_ms') FROM records WHERE run = ?1 ORDER BY seq DESC LIMIT 1),
                (SELECT created_ms FROM runs WHERE run = ?1))",
        )?
        .query_row([&append.run], |row| row.get(0))
}

fn last(connection: &Connection) -> rusqlite::Result<Option<Anchor>> {
    connection
        .prepare_cached(
            "SELECT seq, run, last_seq, last_hash, at_ms, previous, hash FROM anchors ORDER BY seq DESC LIMIT 1",
        )?
        .query_row([], row)
        .optional()
}

fn row(row: &Row<'_>) -> rusqlite::Result<Anchor> {
    Ok(Anchor {
        seq: row.get::<_, i64>(0)?.cast_unsigned(),
        run: row.get(1)?,
        last_seq: row.get::<_, i64>(2)?.cast_unsigned(),
        last_hash: row.get(3)?,
        at_ms: row.get(4)?,
        previous: row.get(5)?,
        hash: row.get(6)?,
    })
}

pub(super) fn page(connection: &Connection, from: u64, limit: u32) -> rusqlite::Result<Vec<Anchor>> {
    let from = i64::try_from(from).unwrap_or(i64::MAX);
    connection
        .prepare_cached(
            "SELECT seq, run, last_seq, last_hash, at_ms, previous, hash FROM anchors
             WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
        )?
        .query_map(params![from, limit], row)?
        .collect()
}
