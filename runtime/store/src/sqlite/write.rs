//! The statements of a write, within the writer's transaction.

use std::collections::HashSet;

use machine::ports::store::{Append, NewRun, StoreError};
use rusqlite::Connection;
use serde::Serialize;

use super::fault::{Answer, Place};
use super::heads::Head;
use super::{anchors, heads, heal, load, locks, meta, nodes, plans, records, services};
use crate::continuity::{Tail, check_epoch, follow};

/// What a run that has ended keeps to itself.
const NOTHING: &str = "[]";

/// What the writer knows beside the database.
pub(super) struct Known {
    pub(super) place: Place,
    /// Runs in flight whose rows were looked at or written by this writer, and are sound.
    sound: HashSet<String>,
}

impl Known {
    pub(super) fn new(place: Place) -> Self {
        Self { place, sound: HashSet::new() }
    }

    /// Runs that have ended are forgotten.
    fn keep(&mut self, append: &Append) {
        if append.ended {
            self.sound.remove(&append.run);
        } else {
            self.sound.insert(append.run.clone());
        }
    }
}

pub(super) fn create(connection: &Connection, known: &mut Known, run: &NewRun) -> Answer<()> {
    check_epoch(meta::epoch(connection)?, run.first.epoch)?;
    let name = &run.first.run;
    if heads::of(connection, name)?.is_some() {
        return Err(StoreError::Exists(name.clone()).into());
    }
    if let Some(holder) = heads::with_key(connection, &run.key)? {
        return Err(StoreError::KeyUsed { key: run.key.clone(), run: holder.run }.into());
    }
    let head = Head {
        run: name.clone(),
        workflow: run.workflow.clone(),
        created_ms: run.created_ms,
        ended: false,
        head: "null".to_owned(),
        last_seq: 0,
        last_hash: String::new(),
        key: Some(run.key.clone()),
        actor: run.actor.clone(),
        targets: json(&run.targets)?,
        moves_by_ms: None,
        rows: 0,
        sum: String::new(),
    };
    locks::take(connection, name, &run.targets)?;
    plans::write(connection, name, &run.plan)?;
    go_on(connection, known, &run.first, head)?;
    known.keep(&run.first);
    Ok(())
}

pub(super) fn append(connection: &Connection, known: &mut Known, append: &Append) -> Answer<()> {
    check_epoch(meta::epoch(connection)?, append.epoch)?;
    let head = if known.sound.contains(&append.run) {
        heads::of(connection, &append.run)?.ok_or_else(|| StoreError::Missing(append.run.clone()))?
    } else {
        first_look(connection, append)?
    };
    go_on(connection, known, append, head)?;
    known.keep(append);
    Ok(())
}

/// Before the first append to a run that an earlier writer left: whoever appends to a damaged run has rebuilt it
/// from its journal and brings all of its rows.
fn first_look(connection: &Connection, append: &Append) -> Answer<Head> {
    let stored = load::read(connection, &append.run)?;
    let head = heads::of(connection, &append.run)?.filter(Head::holds);
    let mut head = match head {
        Some(head) => head,
        None => heal::recovered(connection, &append.run)?,
    };
    (head.last_seq, head.last_hash) = (stored.last_seq.cast_signed(), stored.last_hash);
    if stored.damage.is_some() && !append.nodes.is_empty() {
        nodes::forget(connection, &append.run)?;
        head.rows = 0;
    }
    Ok(head)
}

fn go_on(connection: &Connection, known: &Known, append: &Append, mut head: Head) -> Answer<()> {
    let Tail { seq, hash } = follow(head.tail(), append)?;
    records::write(connection, append)?;
    for (index, row) in &append.nodes {
        head.rows += i64::from(nodes::write(connection, &append.run, *index, &json(row)?)?);
    }
    head.head = json(&append.head)?;
    head.ended = append.ended;
    if head.ended {
        head.targets = NOTHING.to_owned();
    }
    head.moves_by_ms = append.moves_by_ms;
    (head.last_seq, head.last_hash) = (seq.cast_signed(), hash);
    let head = head.sealed();
    head.write(connection)?;
    taken_up(connection, &head.run)?;
    if head.ended {
        locks::free(connection, &head.run)?;
        anchors::write(connection, &head)?;
    }
    append.running.iter().try_for_each(|entry| services::write(connection, &known.place, entry, &json(entry)?))
}

/// Whoever appends has decided what becomes of a run that a backup brought back.
fn taken_up(connection: &Connection, run: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM restored WHERE run = ?1")?.execute([run]).map(drop)
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Io(format!("a record cannot be written as JSON: {error}")))
}
