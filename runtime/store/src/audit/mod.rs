//! Whether everything that was ever recorded is still there, as it was recorded. Reads only, in one transaction, and
//! works beside a runtime as well as without one.

mod anchors;
mod chain;
mod export;
mod prefix;
mod tails;

use std::path::Path;

use machine::ports::store::{StoreError, Target};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::sqlite::{answers, io, query, schema};

pub use export::{FORMAT, export};
pub use prefix::against;

/// What an audit looked at, and what does not fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// Runs whose journals were read.
    pub runs: u64,
    /// Their records.
    pub records: u64,
    /// Runs that are known by their anchors alone: retention has removed their journals.
    pub pruned: u64,
    /// Anchors that were read.
    pub anchors: u64,
    /// Hash of the last anchor, to be kept elsewhere; empty while no run has ended.
    pub head: String,
    /// What does not fit.
    pub problems: Vec<Problem>,
}

/// One thing that is not as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The run, where it is about one.
    pub run: Option<String>,
    /// The record, where it is about one.
    pub record: Option<u64>,
    /// What does not fit, as a sentence.
    pub what: String,
    /// The place, where it is about what runs there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Target>,
    /// Whether it is about a copy of what the journals say, which `deployd rebuild` makes anew from them.
    #[serde(default)]
    pub copy: bool,
}

impl Problem {
    pub(crate) fn of_run(run: &str, what: impl Into<String>) -> Self {
        Self { run: Some(run.to_owned()), ..Self::of_store(what) }
    }

    pub(crate) fn of_record(run: &str, record: u64, what: impl Into<String>) -> Self {
        Self { record: Some(record), ..Self::of_run(run, what) }
    }

    pub(crate) fn of_store(what: impl Into<String>) -> Self {
        Self { run: None, record: None, what: what.into(), place: None, copy: false }
    }

    fn of_place(place: Target, what: String) -> Self {
        Self { place: Some(place), ..Self::of_store(what) }.of_copy()
    }

    pub(crate) fn of_copy(self) -> Self {
        Self { copy: true, ..self }
    }
}

/// Verifies every journal with its chain of hashes, each state's tail, and the anchors; or those of one run.
///
/// # Errors
/// When the state cannot be read at all, or has no such run; what can be read and does not fit is a [`Problem`].
pub fn verify(directory: &Path, run: Option<&str>) -> Result<Audit, StoreError> {
    let database = crate::sqlite::database(directory);
    schema::refuse_other(&database)?;
    let connection = schema::connect_to_read(&database)?;
    verify_in(&connection, run)
}

pub(crate) fn verify_in(connection: &Connection, run: Option<&str>) -> Result<Audit, StoreError> {
    let transaction = connection.unchecked_transaction().map_err(|error| io(&error))?;
    let anchors = anchors::read(&transaction).map_err(|error| io(&error))?;
    let mut audit = Audit { anchors: anchors.all.len() as u64, head: anchors.head(), ..Audit::default() };
    audit.problems.clone_from(&anchors.problems);
    audit
        .problems
        .extend(query::lost_services(&transaction)?.into_iter().map(|(place, what)| Problem::of_place(place, what)));
    let keys = answers::damaged_keys(&transaction).map_err(|error| io(&error))?;
    audit.problems.extend(keys.iter().map(|key| Problem::of_store(answers::lost(key))));
    let runs = match run {
        Some(run) => vec![run.to_owned()],
        None => tails::every_run(&transaction, &anchors).map_err(|error| io(&error))?.into_iter().collect(),
    };
    for run in &runs {
        tails::check(&transaction, run, &anchors, &mut audit)?;
    }
    Ok(audit)
}

#[cfg(test)]
mod tests;
