//! The statements of a write, within the writer's transaction.

use std::collections::HashMap;

use machine::ports::store::{Answered, Append, NewRun, StoreError};
use rusqlite::Connection;
use serde::Serialize;

use super::fault::{Answer, Place};
use super::heads::Head;
use super::looked::Looked;
use super::{anchors, answers, heads, heal, load, locks, nodes, plans, records, services};
use crate::continuity::{Tail, check_epoch, follow};

/// What a run that has ended keeps to itself.
const NOTHING: &str = "[]";

/// What the writer knows beside the database.
pub(super) struct Known {
    pub(super) place: Place,
    /// The epoch that holds while the present group is written.
    pub(super) epoch: u64,
    looked: Looked,
    /// The rows of runs in flight as this writer wrote them, without their state.
    heads: HashMap<String, Head>,
}

impl Known {
    pub(super) fn new(place: Place, looked: Looked) -> Self {
        Self { place, epoch: 0, looked, heads: HashMap::new() }
    }

    /// Runs that have ended are forgotten.
    fn keep(&mut self, head: Head) {
        if head.ended {
            self.heads.remove(&head.run);
        } else {
            self.heads.insert(head.run.clone(), Head { head: String::new(), ..head });
        }
    }
}

pub(super) fn create(connection: &Connection, known: &mut Known, run: &NewRun) -> Answer<()> {
    check_epoch(known.epoch, run.first.epoch)?;
    let name = &run.first.run;
    if heads::of(connection, name)?.is_some() {
        return Err(StoreError::Exists(name.clone()).into());
    }
    if let Some(holder) = heads::with_key(connection, &run.key)? {
        return Err(StoreError::KeyUsed { key: run.key.clone(), run: holder.run }.into());
    }
    answers::expect_free(connection, &run.key)?;
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
    let head = go_on(connection, known, &run.first, head)?;
    head.write(connection)?;
    follows(connection, known, &run.first, head)
}

pub(super) fn append(connection: &Connection, known: &mut Known, append: &Append) -> Answer<()> {
    check_epoch(known.epoch, append.epoch)?;
    let head = if let Some(head) = known.heads.get(&append.run) {
        let head = go_on(connection, known, append, head.clone())?;
        head.update(connection)?;
        head
    } else {
        let head = first_look(connection, known, append)?;
        let head = go_on(connection, known, append, head)?;
        head.write(connection)?;
        taken_up(connection, &head.run)?;
        head
    };
    follows(connection, known, append, head)
}

/// A request of another kind than what is said to a run.
pub(super) fn note(connection: &Connection, known: &Known, epoch: u64, answered: &Answered) -> Answer<()> {
    check_epoch(known.epoch, epoch)?;
    answers::try_note(connection, answered)
}

/// Before the first append to a run that an earlier writer left: whoever appends to a damaged run has rebuilt it
/// from its journal and brings all of its rows.
fn first_look(connection: &Connection, known: &Known, append: &Append) -> Answer<Head> {
    let head = heads::of(connection, &append.run)?.filter(Head::holds);
    if let Some(head) = head.as_ref().filter(|_| known.looked.take(&append.run)) {
        return Ok(head.clone());
    }
    let stored = load::read(connection, &append.run)?;
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

/// Writes the records and the nodes' rows; the run's row as it is afterwards.
fn go_on(connection: &Connection, known: &Known, append: &Append, mut head: Head) -> Answer<Head> {
    let Tail { seq, hash } = follow(head.tail(), append)?;
    records::write(connection, append)?;
    for (index, row) in &append.nodes {
        head.rows += i64::from(nodes::write(connection, &append.run, *index, &json(row)?)?);
    }
    append.running.iter().try_for_each(|entry| services::write(connection, &known.place, entry, &json(entry)?))?;
    append.answers.iter().try_for_each(|answered| answers::keep(connection, answered))?;
    head.head = json(&append.head)?;
    head.ended = append.ended;
    if head.ended {
        head.targets = NOTHING.to_owned();
    }
    head.moves_by_ms = append.moves_by_ms;
    (head.last_seq, head.last_hash) = (seq.cast_signed(), hash);
    Ok(head.sealed())
}

/// What follows from the run's row once it is written.
fn follows(connection: &Connection, known: &mut Known, append: &Append, head: Head) -> Answer<()> {
    if append.ended {
        locks::free(connection, &head.run)?;
        anchors::write(connection, &head)?;
    }
    known.keep(head);
    Ok(())
}

/// Whoever appends has decided what becomes of a run that a backup brought back.
fn taken_up(connection: &Connection, run: &str) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM restored WHERE run = ?1")?.execute([run]).map(drop)
}

pub(super) fn json<T: Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Io(format!("a record cannot be written as JSON: {error}")))
}
