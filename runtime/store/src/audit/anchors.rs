//! The anchors: the ends of all journals, in a chain of their own.

use std::collections::BTreeMap;

use machine::ports::store::Anchor;
use rusqlite::Connection;

use super::Problem;
use crate::sqlite::anchors::{COLUMNS, row};

/// Every anchor of the store, with the first break of their chain.
#[derive(Default)]
pub(super) struct Anchors {
    pub(super) all: Vec<Anchor>,
    /// The newest of each run, by its place in `all`.
    newest: BTreeMap<String, usize>,
    pub(super) problems: Vec<Problem>,
}

impl Anchors {
    /// Hash of the last one; empty when there is none.
    pub(super) fn head(&self) -> String {
        self.all.last().map(|anchor| anchor.hash.clone()).unwrap_or_default()
    }

    /// What holds the end of this run's journal.
    pub(super) fn of(&self, run: &str) -> Option<&Anchor> {
        self.newest.get(run).and_then(|&index| self.all.get(index))
    }

    /// The runs that are anchored.
    pub(super) fn runs(&self) -> impl Iterator<Item = &str> {
        self.newest.keys().map(String::as_str)
    }

    fn add(&mut self, anchor: Anchor) {
        let (previous, seq) = self.all.last().map_or(("", 0), |last| (last.hash.as_str(), last.seq));
        if self.problems.is_empty()
            && let Err(broken) = anchor.verify(previous, seq.saturating_add(1))
        {
            self.problems.push(Problem::of_store(format!("{broken} (it is of run {})", anchor.run)));
        }
        self.newest.insert(anchor.run.clone(), self.all.len());
        self.all.push(anchor);
    }
}

/// Reads and verifies the chain of anchors.
pub(super) fn read(connection: &Connection) -> rusqlite::Result<Anchors> {
    let mut anchors = Anchors::default();
    let mut statement = connection.prepare(&format!("SELECT {COLUMNS} FROM anchors ORDER BY seq"))?;
    for anchor in statement.query_map([], row)? {
        anchors.add(anchor?);
    }
    Ok(anchors)
}
