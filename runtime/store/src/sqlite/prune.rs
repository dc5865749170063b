//! Retention: journals, states and plans of old runs are removed, who asked for it is noted, and the space is given
//! back.

use machine::ports::store::{Prune, Pruned, Target};
use rusqlite::{Connection, params};

use super::fault::{Answer, Place};
use super::{answers, meta, plans, services};
use crate::continuity::check_epoch;
use crate::texts::MAKERS;

/// Removes the runs that may go, or only names them.
pub(super) fn prune(connection: &Connection, place: &Place, prune: &Prune) -> Answer<Pruned> {
    check_epoch(meta::epoch(connection)?, prune.epoch)?;
    let unknown = services::listed(connection, place)?.damaged;
    let places: Vec<&Target> = unknown.iter().map(|(target, _)| target).collect();
    let found = candidates(connection, prune, &places)?;
    let records = found.iter().map(|(_, records)| records).sum();
    let kept = unknown.iter().map(|(target, what)| spared(target, what)).collect();
    let pruned = Pruned { records, runs: names(found), kept };
    if !prune.dry_run {
        pruned.runs.iter().try_for_each(|run| remove(connection, run, prune))?;
        prune.key.iter().try_for_each(|key| answers::add_removed(connection, key, &pruned.runs, records))?;
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

fn spared(target: &Target, what: &str) -> String {
    let Target { environment, service } = target;
    format!(
        "{what}: every run that may have made it stays; `deployd rebuild service {service} {environment} --reason …` makes it anew from their journals"
    )
}

/// Anchored, ended long ago, and not what made what runs; with the number of records.
fn candidates(connection: &Connection, prune: &Prune, unknown: &[&Target]) -> rusqlite::Result<Vec<(String, u64)>> {
    let sql = format!(
        "SELECT run, max(at_ms) AS ended_ms, (SELECT count(*) FROM records WHERE records.run = anchors.run)
         FROM anchors WHERE run IN (SELECT run FROM runs WHERE ended = 1) AND run NOT IN ({MAKERS})
         GROUP BY run HAVING ended_ms < ?1 ORDER BY ended_ms, run"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([prune.ended_before_ms])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()?.filter(|_| found.len() < prune.limit as usize) {
        let (run, records) = (row.get::<_, String>(0)?, row.get::<_, i64>(2)?.cast_unsigned());
        if !may_have_made(connection, &run, unknown)? {
            found.push((run, records));
        }
    }
    Ok(found)
}

/// Whether this run may have made what runs in one of these places; a plan that cannot be read may name any.
fn may_have_made(connection: &Connection, run: &str, unknown: &[&Target]) -> rusqlite::Result<bool> {
    if unknown.is_empty() {
        return Ok(false);
    }
    Ok(match plans::of(connection, run)? {
        Some((plan, true)) => plans::changes(&plan).1.iter().any(|target| unknown.contains(&target)),
        Some((_, false)) | None => true,
    })
}

fn remove(connection: &Connection, run: &str, prune: &Prune) -> rusqlite::Result<()> {
    for table in ["records", "node_state", "plans", "runs"] {
        connection.prepare_cached(&format!("DELETE FROM {table} WHERE run = ?1"))?.execute([run])?;
    }
    answers::forget(connection, run)?;
    connection
        .prepare_cached("INSERT OR REPLACE INTO pruned (run, at_ms, actor) VALUES (?1, ?2, ?3)")?
        .execute(params![run, prune.at_ms, prune.actor])
        .map(drop)
}
