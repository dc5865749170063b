//! The three places that know how a run's journal ends, and must agree: the journal, the state, the anchor.

use std::collections::BTreeSet;

use machine::ports::store::{Anchor, StoreError};
use rusqlite::{Connection, OptionalExtension};

use super::anchors::Anchors;
use super::chain::{self, Chain};
use super::{Audit, Problem};
use crate::continuity::Tail;
use crate::sqlite::cells::{number, text};
use crate::sqlite::{io, query};

/// What the state says of a run's end.
struct Known {
    ended: bool,
    tail: Tail,
}

/// Every run that anything is left of, in order.
pub(super) fn every_run(connection: &Connection, anchors: &Anchors) -> rusqlite::Result<BTreeSet<String>> {
    let mut runs: BTreeSet<String> = anchors.runs().map(str::to_owned).collect();
    let stored = "SELECT run FROM runs UNION SELECT run FROM records UNION SELECT run FROM pruned";
    let mut statement = connection.prepare(stored)?;
    for run in statement.query_map([], |row| text(row, 0))? {
        runs.insert(run?);
    }
    Ok(runs)
}

/// Checks one run and adds what was looked at and found.
pub(super) fn check(
    connection: &Connection,
    run: &str,
    anchors: &Anchors,
    audit: &mut Audit,
) -> Result<(), StoreError> {
    let known = known(connection, run).map_err(|error| io(&error))?;
    let chain = chain::read(connection, run).map_err(|error| io(&error))?;
    let anchor = anchors.of(run);
    audit.records += chain.records;
    match known {
        None if chain.records == 0 && anchor.is_none() && !was_pruned(connection, run)? => {
            return Err(StoreError::Missing(run.to_owned()));
        }
        None => audit.problems.extend(gone(run, &chain, anchor, was_pruned(connection, run)?)),
        Some(known) => {
            audit.runs += 1;
            audit.problems.extend(ends(run, &known, &chain, anchor));
            let stored = query::stored(connection, run)?;
            let damage = stored.and_then(|stored| stored.damage);
            audit.problems.extend(damage.map(|damage| Problem::of_run(run, damage).of_copy()));
            return Ok(());
        }
    }
    audit.pruned += u64::from(chain.records == 0);
    Ok(())
}

fn known(connection: &Connection, run: &str) -> rusqlite::Result<Option<Known>> {
    connection
        .prepare_cached("SELECT ended, last_seq, last_hash FROM runs WHERE run = ?1")?
        .query_row([run], |row| {
            let tail = Tail { seq: number(row, 1)?.cast_unsigned(), hash: text(row, 2)? };
            Ok(Known { ended: number(row, 0)? == 1, tail })
        })
        .optional()
}

pub(super) fn was_pruned(connection: &Connection, run: &str) -> Result<bool, StoreError> {
    let mut statement = connection.prepare_cached("SELECT 1 FROM pruned WHERE run = ?1").map_err(|error| io(&error))?;
    statement.exists([run]).map_err(|error| io(&error))
}

/// A run without a state: retention has removed it whole, or somebody else did.
fn gone(run: &str, chain: &Chain, anchor: Option<&Anchor>, pruned: bool) -> Option<Problem> {
    let what = match (chain.records, anchor, pruned) {
        (0, Some(_), true) => return None,
        (0, Some(_), false) => "its journal and its state are gone, and no prune has removed them",
        (0, None, _) => "it was pruned, and the anchor that must stay of it is gone",
        (_, _, _) => "its records are there, and its state is gone",
    };
    Some(Problem::of_run(run, what))
}

/// The first thing that does not fit between journal, state and anchor.
fn ends(run: &str, known: &Known, chain: &Chain, anchor: Option<&Anchor>) -> Option<Problem> {
    if let Some(problem) = &chain.problem {
        return Some(problem.clone());
    }
    state_fits(run, known, &chain.tail).or_else(|| anchor_fits(run, known, &chain.tail, anchor))
}

fn state_fits(run: &str, known: &Known, journal: &Tail) -> Option<Problem> {
    let (has, says) = (journal.seq, known.tail.seq);
    let what = match has.cmp(&says) {
        std::cmp::Ordering::Less => format!("it is missing: the journal ends with record {has}, the state says {says}"),
        std::cmp::Ordering::Greater => {
            format!("it was added: the journal ends with record {has}, the state says {says}")
        }
        std::cmp::Ordering::Equal if journal.hash != known.tail.hash => {
            "its hash is not the one that the state names: the end of the journal was written anew".to_owned()
        }
        std::cmp::Ordering::Equal => return None,
    };
    Some(Problem::of_record(run, if has == says { has } else { has.min(says) + 1 }, what))
}

fn anchor_fits(run: &str, known: &Known, journal: &Tail, anchor: Option<&Anchor>) -> Option<Problem> {
    let what = match (known.ended, anchor) {
        (false, None) => return None,
        (true, Some(anchor)) if (anchor.last_seq, &anchor.last_hash) == (journal.seq, &journal.hash) => return None,
        (true, Some(anchor)) => format!(
            "its journal ends with record {} ({}), and anchor {} holds {} ({})",
            journal.seq,
            short(&journal.hash),
            anchor.seq,
            anchor.last_seq,
            short(&anchor.last_hash)
        ),
        (true, None) => "it has ended, and the anchor of its end is gone".to_owned(),
        (false, Some(anchor)) => format!("anchor {} says that it has ended, and its state that it has not", anchor.seq),
    };
    Some(Problem::of_run(run, what))
}

fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}
