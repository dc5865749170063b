//! A run as stored, with what of it is missing or is not what was written.

use machine::ports::store::{StoreError, StoredRun};
use rusqlite::Connection;

use super::fault::Answer;
use super::heads::Head;
use super::nodes::Nodes;
use super::{heads, nodes, plans, records};
use crate::continuity::Tail;

/// One transaction: all rows are of the same moment.
pub(super) fn load(connection: &Connection, run: &str) -> Answer<StoredRun> {
    let transaction = connection.unchecked_transaction()?;
    read(&transaction, run)
}

/// The same within a transaction.
pub(super) fn read(connection: &Connection, run: &str) -> Answer<StoredRun> {
    let head = heads::of(connection, run)?;
    let plan = plans::of(connection, run)?;
    let journal = records::tail(connection, run)?;
    if head.is_none() && plan.is_none() && journal.is_none() {
        return Err(StoreError::Missing(run.to_owned()).into());
    }
    let nodes = nodes::all(connection, run)?;
    let journal = journal.unwrap_or_default();
    let damage = damage(head.as_ref(), plan.as_ref().map(|(_, sound)| *sound), &nodes, &journal);
    let tail = tail(head.as_ref(), journal);
    Ok(StoredRun {
        plan: plan.map(|(plan, _)| plan).unwrap_or_default(),
        head: head.map(|head| head.state()).unwrap_or_default(),
        nodes: nodes.sound,
        last_seq: tail.seq,
        last_hash: tail.hash,
        restored: is_restored(connection, run)?,
        damage: (!damage.is_empty()).then(|| damage.join("; ")),
    })
}

fn is_restored(connection: &Connection, run: &str) -> rusqlite::Result<bool> {
    connection.prepare_cached("SELECT 1 FROM restored WHERE run = ?1")?.exists([run])
}

/// A journal that goes on beyond its run's row is the truth; one that ends before it has lost records, and the row
/// says which would be the last.
fn tail(head: Option<&Head>, journal: Tail) -> Tail {
    match head.filter(|head| head.holds()).map(Head::tail) {
        Some(noted) if noted.seq >= journal.seq => noted,
        Some(_) | None => journal,
    }
}

fn damage(head: Option<&Head>, plan: Option<bool>, nodes: &Nodes, journal: &Tail) -> Vec<String> {
    let mut found = Vec::new();
    match head {
        None => found.push("the row of its state is missing".to_owned()),
        Some(head) if !head.holds() => found.push("the row of its state is not what was written".to_owned()),
        Some(head) => {
            found.extend(journal_damage(&head.tail(), journal));
            found.extend(count_damage(head.rows, nodes));
        }
    }
    match plan {
        None => found.push("its plan is missing".to_owned()),
        Some(false) => found.push("its plan is not what was written".to_owned()),
        Some(true) => {}
    }
    let unsound = nodes.unsound.iter();
    found.extend(unsound.map(|index| format!("the state of its node {index} is not what was written")));
    found
}

fn journal_damage(noted: &Tail, journal: &Tail) -> Option<String> {
    let words = "its state says otherwise";
    match noted {
        _ if noted == journal => None,
        _ if noted.seq == journal.seq => Some(format!("record {} is not the last that was written", noted.seq)),
        _ => Some(format!("its journal ends with record {}, {words}: {}", journal.seq, noted.seq)),
    }
}

fn count_damage(rows: i64, nodes: &Nodes) -> Option<String> {
    let there = i64::try_from(nodes.sound.len() + nodes.unsound.len()).unwrap_or(i64::MAX);
    (there != rows).then(|| format!("{there} of its nodes have a state, {rows} had one"))
}
