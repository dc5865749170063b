//! Retention: journals, states and plans of old runs are removed, who asked for it is noted, and the space is given
//! back.

use machine::ports::store::{Prune, Pruned};
use rusqlite::{Connection, params};

use super::fault::{Answer, Place};
use super::{meta, services};
use crate::continuity::check_epoch;
use crate::texts::MAKERS;

/// Removes the runs that may go, or only names them.
pub(super) fn prune(connection: &Connection, place: &Place, prune: &Prune) -> Answer<Pruned> {
    check_epoch(meta::epoch(connection)?, prune.epoch)?;
    // What runs is known by this registry alone: where it cannot be read, nothing is known to be old.
    services::all(connection, place, u32::MAX)?;
    let found = candidates(connection, prune)?;
    let pruned = Pruned { records: found.iter().map(|(_, records)| records).sum(), runs: names(found) };
    if !prune.dry_run {
        pruned.runs.iter().try_for_each(|run| remove(connection, run, prune))?;
        give_space_back(connection)?;
    }
    Ok(pruned)
}

/// Only what is free at the end of the file can be cut off; the rest is moved there first, a page with every step of the
/// statement.
fn give_space_back(connection: &Connection) -> rusqlite::Result<()> {
    let mut statement = connection.prepare("PRAGMA incremental_vacuum")?;
    let mut pages = statement.query([])?;
    while pages.next()?.is_some() {}
    Ok(())
}

fn names(found: Vec<(String, u64)>) -> Vec<String> {
    found.into_iter().map(|(run, _)| run).collect()
}

/// Anchored, ended long ago, and not what made what runs; with the number of records.
fn candidates(connection: &Connection, prune: &Prune) -> rusqlite::Result<Vec<(String, u64)>> {
    let sql = format!(
        "SELECT run, max(at_ms) AS ended_ms, (SELECT count(*) FROM records WHERE records.run = anchors.run)
         FROM anchors WHERE run IN (SELECT run FROM runs WHERE ended = 1) AND run NOT IN ({MAKERS})
         GROUP BY run HAVING ended_ms < ?1 ORDER BY ended_ms, run LIMIT ?2"
    );
    let found = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(2)?.cast_unsigned()));
    connection.prepare_cached(&sql)?.query_map(params![prune.ended_before_ms, prune.limit], found)?.collect()
}

fn remove(connection: &Connection, run: &str, prune: &Prune) -> rusqlite::Result<()> {
    for table in ["records", "node_state", "plans", "runs"] {
        connection.prepare_cached(&format!("DELETE FROM {table} WHERE run = ?1"))?.execute([run])?;
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO pruned (run, at_ms, actor) VALUES (?1, ?2, ?3)")?
        .execute(params![run, prune.at_ms, prune.actor])
        .map(drop)
}
