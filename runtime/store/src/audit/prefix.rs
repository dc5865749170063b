//! Whether what is there begins with what was exported earlier. This shows what a chain alone cannot: an end that was
//! cut off, and a history that was written anew from its beginning.

use std::collections::BTreeSet;
use std::io::BufRead;
use std::path::Path;

use machine::journal::Record;
use machine::ports::store::{Anchor, StoreError};
use rusqlite::{Connection, OptionalExtension, params};

use super::export::{FORMAT, Header, Line, Sum};
use super::{Problem, tails};
use crate::continuity::Tail;
use crate::sqlite::{io, schema};

/// Compares an export with the state; what the state lacks of it, or has otherwise, is a problem.
///
/// # Errors
/// When the state or the export cannot be read, or the export is none, or of another version.
pub fn against(directory: &Path, export: &mut dyn BufRead) -> Result<Vec<Problem>, StoreError> {
    let connection = schema::connect_to_read(&crate::sqlite::database(directory))?;
    let transaction = connection.unchecked_transaction().map_err(|error| io(&error))?;
    let mut comparison = Comparison::new(&transaction);
    for (number, line) in (1..).zip(export.lines()) {
        let line = line.map_err(|error| StoreError::Io(format!("the export cannot be read: {error}")))?;
        comparison.line(number, &line)?;
    }
    comparison.finish()
}

struct Comparison<'a> {
    connection: &'a Connection,
    header: Option<Header>,
    anchors: u64,
    head: String,
    /// The run whose records are read, with the tail of what was read of them.
    run: Option<(String, Tail)>,
    /// Runs of which enough was said.
    settled: BTreeSet<String>,
    sum: Sum,
    ended: bool,
    problems: Vec<Problem>,
}

impl<'a> Comparison<'a> {
    fn new(connection: &'a Connection) -> Self {
        Self {
            connection,
            header: None,
            anchors: 0,
            head: String::new(),
            run: None,
            settled: BTreeSet::new(),
            sum: Sum::default(),
            ended: false,
            problems: Vec::new(),
        }
    }

    fn line(&mut self, number: u64, line: &str) -> Result<(), StoreError> {
        let parsed: Line = serde_json::from_str(line).map_err(|error| not_one(number, &error.to_string()))?;
        match parsed {
            _ if self.ended => return Err(not_one(number, "it goes on after its end")),
            Line::Audit(header) if self.header.is_none() => self.begin(header)?,
            _ if self.header.is_none() => return Err(not_one(number, "its first line is not its header")),
            Line::Audit(_) => return Err(not_one(number, "it has a second header")),
            Line::Anchor(anchor) => self.anchor(anchor).map_err(|error| io(&error))?,
            Line::Record { run, record } => self.record(number, &run, &record)?,
            end @ Line::End { .. } if end == self.sum.end() => self.ended = true,
            Line::End { .. } => return Err(not_one(number, "its lines are not those that its end was written for")),
        }
        self.sum.add(line);
        Ok(())
    }

    fn begin(&mut self, header: Header) -> Result<(), StoreError> {
        if header.format != FORMAT {
            let found = header.format;
            let message =
                format!("the export has format {found} and this program knows {FORMAT}; use the deployd that wrote it");
            return Err(StoreError::Io(message));
        }
        self.header = Some(header);
        Ok(())
    }

    fn anchor(&mut self, anchor: Anchor) -> rusqlite::Result<()> {
        self.anchors += 1;
        self.head.clone_from(&anchor.hash);
        let found: Option<String> = self
            .connection
            .prepare_cached("SELECT hash FROM anchors WHERE seq = ?1")?
            .query_row([anchor.seq.cast_signed()], |row| row.get(0))
            .optional()?;
        let what = match found {
            Some(hash) if hash == anchor.hash => return Ok(()),
            Some(_) => "is another one now",
            None => "is gone",
        };
        // What follows the first one that differs differs too.
        if self.problems.is_empty() {
            let what = format!("anchor {} (of run {}) was exported and {what}", anchor.seq, anchor.run);
            self.problems.push(Problem::of_store(what));
        }
        Ok(())
    }

    fn record(&mut self, number: u64, run: &str, record: &Record) -> Result<(), StoreError> {
        let tail = match self.run.take() {
            Some((reading, tail)) if reading == run => tail,
            Some(_) | None => Tail::default(),
        };
        record.verify(&tail.hash, tail.seq + 1).map_err(|broken| not_one(number, &broken.to_string()))?;
        self.run = Some((run.to_owned(), Tail { seq: record.seq, hash: record.hash.clone() }));
        if self.settled.contains(run) {
            return Ok(());
        }
        if let Some(problem) = self.compare(run, record)? {
            self.settled.insert(run.to_owned());
            self.problems.push(problem);
        }
        Ok(())
    }

    fn compare(&mut self, run: &str, record: &Record) -> Result<Option<Problem>, StoreError> {
        let found = self.hash_of(run, record.seq).map_err(|error| io(&error))?;
        let what = match found {
            Some(hash) if hash == record.hash => return Ok(None),
            Some(_) => "it was exported and is another one now",
            None if tails::was_pruned(self.connection, run)? => return self.compare_pruned(run, record),
            None => "it was exported and is gone",
        };
        Ok(Some(Problem::of_record(run, record.seq, what)))
    }

    /// Of a pruned run the anchor is left: it knows the last record.
    fn compare_pruned(&mut self, run: &str, record: &Record) -> Result<Option<Problem>, StoreError> {
        let held: Option<(i64, String)> = self
            .connection
            .prepare_cached("SELECT last_seq, last_hash FROM anchors WHERE run = ?1 ORDER BY seq DESC LIMIT 1")
            .and_then(|mut statement| statement.query_row([run], |row| Ok((row.get(0)?, row.get(1)?))).optional())
            .map_err(|error| io(&error))?;
        let differs = match held {
            Some((last, hash)) => {
                record.seq > last.cast_unsigned() || (record.seq == last.cast_unsigned() && record.hash != hash)
            }
            None => true,
        };
        Ok(differs.then(|| {
            Problem::of_record(run, record.seq, "it was exported, and the anchor of its pruned run knows another end")
        }))
    }

    fn hash_of(&self, run: &str, seq: u64) -> rusqlite::Result<Option<String>> {
        let text: Option<String> = self
            .connection
            .prepare_cached("SELECT json FROM records WHERE run = ?1 AND seq = ?2")?
            .query_row(params![run, seq.cast_signed()], |row| row.get(0))
            .optional()?;
        // A row that is no record any more has no hash that fits.
        Ok(text.map(|text| serde_json::from_str::<Record>(&text).map(|record| record.hash).unwrap_or_default()))
    }

    fn finish(self) -> Result<Vec<Problem>, StoreError> {
        match self.header {
            _ if !self.ended => Err(StoreError::Io("the export has no end: it was cut".to_owned())),
            Some(header) if (header.anchors, &header.head) == (self.anchors, &self.head) => Ok(self.problems),
            Some(_) | None => {
                Err(StoreError::Io("the export's anchors are not those that its header names".to_owned()))
            }
        }
    }
}

fn not_one(number: u64, why: &str) -> StoreError {
    StoreError::Io(format!("line {number} of the export is not what was exported: {why}"))
}
