//! What is put right when a state is opened: every run in flight is found and has its locks, whatever rows were lost.
//! What a row said that is lost or damaged is never guessed: it stays marked until it is rebuilt from the journal.

use machine::ports::store::StoreError;
use rusqlite::Connection;
use serde_json::Value;

use super::fault::{Answer, Fault, Place};
use super::heads::Head;
use super::{anchors, heads, locks, nodes, plans, records};

/// Puts right what follows from something else.
pub(super) fn heal(connection: &Connection, place: &Place) -> Answer<()> {
    let mut seen = look(connection)?;
    let lost = without_row(connection)?;
    if !(seen.damaged.is_empty() && lost.is_empty()) {
        tell_again(connection, &seen.damaged, &lost)?;
        seen = look(connection)?;
        seen.damaged.iter().try_for_each(|run| expect_run(connection, place, run))?;
    }
    check_index(connection, place, seen.unended.len())?;
    lock_again(connection, &seen.unended)
}

/// Locks follow from the rows of the runs in flight; what is left of those of a damaged row is kept beside what its plan
/// says.
fn lock_again(connection: &Connection, unended: &[Head]) -> Answer<()> {
    // A damaged row is found in the table only once its index is that of the table.
    connection.execute_batch("REINDEX locks")?;
    locks::free_orphans(connection)?;
    unended.iter().filter(|head| head.holds()).try_for_each(|head| locks::free(connection, &head.run))?;
    for head in unended {
        head.targets().iter().try_for_each(|target| locks::insert(connection, &head.run, target))?;
    }
    Ok(())
}

/// A row that belongs to nobody and stays cannot be told from a run that was lost.
fn expect_run(connection: &Connection, place: &Place, run: &str) -> Answer<()> {
    match recovered(connection, run) {
        Err(Fault::Said(StoreError::Missing(_))) => Err(place.malformed("a row of its runs has no name").into()),
        found => found.map(drop),
    }
}

/// What the rows of runs say.
#[derive(Default)]
struct Seen {
    /// Rows of runs in flight.
    unended: Vec<Head>,
    /// Names in rows that are not what was written.
    damaged: Vec<String>,
}

fn look(connection: &Connection) -> rusqlite::Result<Seen> {
    let mut seen = Seen::default();
    heads::each(connection, |head| {
        if !head.holds() {
            seen.damaged.push(head.run.clone());
        }
        seen.unended.extend(Some(head).filter(|head| !head.ended));
        Ok(())
    })?;
    Ok(seen)
}

/// Tells rows again as far as they can be. A row whose name is damaged belongs to nobody: its run is among the lost.
fn tell_again(connection: &Connection, damaged: &[String], lost: &[String]) -> Answer<()> {
    connection.execute_batch("REINDEX runs")?;
    for run in damaged.iter().chain(lost) {
        match recovered(connection, run) {
            Ok(head) => head.write(connection)?,
            Err(Fault::Said(StoreError::Missing(_))) => heads::forget(connection, run)?,
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}

fn without_row(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let mut lost = connection.prepare("SELECT run FROM plans EXCEPT SELECT run FROM runs NOT INDEXED")?;
    lost.query_map([], |row| row.get(0))?.collect()
}

/// A run that the index does not name would be forgotten.
fn check_index(connection: &Connection, place: &Place, unended: usize) -> Answer<()> {
    let count = || -> rusqlite::Result<i64> {
        connection
            .query_row("SELECT count(*) FROM runs INDEXED BY runs_in_flight WHERE ended = 0", [], |row| row.get(0))
    };
    let unended = i64::try_from(unended).unwrap_or(i64::MAX);
    if count()? != unended {
        connection.execute_batch("REINDEX runs")?;
    }
    if count()? == unended { Ok(()) } else { Err(place.malformed("the index of runs in flight misses some").into()) }
}

/// A run's row told again from its journal and its plan; marked as damaged, because its state is not.
pub(super) fn recovered(connection: &Connection, run: &str) -> Answer<Head> {
    let (plan, sound) = plans::of(connection, run)?.unwrap_or_default();
    let first = records::first(connection, run)?;
    let tail = records::tail(connection, run)?;
    // A plan whose name is damaged belongs to nobody either.
    if !sound && tail.is_none() {
        return Err(StoreError::Missing(run.to_owned()).into());
    }
    let tail = tail.unwrap_or_default();
    let (workflow, targets) = plans::changes(&plan);
    let started = first.as_ref().map(|record| &record.body).unwrap_or(&Value::Null);
    Ok(Head {
        run: run.to_owned(),
        workflow,
        created_ms: first.as_ref().map_or(0, |record| record.at.wall_ms),
        ended: anchors::ended_with(connection, run, &tail)?,
        head: "null".to_owned(),
        last_seq: tail.seq.cast_signed(),
        last_hash: tail.hash,
        key: key(connection, run, started)?,
        actor: started["actor"]["name"].as_str().unwrap_or("unknown").to_owned(),
        targets: super::write::json(&targets)?,
        moves_by_ms: None,
        rows: nodes::count(connection, run)?,
        sum: String::new(),
    })
}

/// The key it was started with, unless another run has it.
fn key(connection: &Connection, run: &str, started: &Value) -> rusqlite::Result<Option<String>> {
    let Some(key) = started["key"].as_str() else { return Ok(None) };
    let holder = heads::with_key(connection, key)?;
    Ok(holder.is_none_or(|holder| holder.run == run).then(|| key.to_owned()))
}
