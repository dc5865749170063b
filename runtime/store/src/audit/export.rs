//! The journals as lines of JSON that can be kept elsewhere: what is compared with them later must begin with them.

use std::io::Write;
use std::path::Path;

use machine::journal::Record;
use machine::ports::store::{Anchor, StoreError};
use plan::Digest;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{anchors, chain, tails};
use crate::sqlite::{io, schema};

/// The version of the exports that this program writes and reads.
pub const FORMAT: u32 = 1;

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    /// The first one.
    Audit(Header),
    /// An anchor; all of them come before the records, in order.
    Anchor(Anchor),
    /// A record; those of a run come together, in order.
    Record {
        /// Its run.
        run: String,
        /// It.
        record: Record,
    },
    /// The last one: without it the export was cut.
    End {
        /// Lines before this one.
        lines: u64,
        /// A running SHA-256 over them: of the digits so far and the line.
        digest: String,
    },
}

/// What an export says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    /// [`FORMAT`].
    pub(super) format: u32,
    /// The version of the program that wrote it.
    pub(super) program: String,
    /// The run, when it holds one only.
    pub(super) run: Option<String>,
    /// How many anchors there were.
    pub(super) anchors: u64,
    /// Hash of the last of them; empty when there was none.
    pub(super) head: String,
}

/// How many lines came before, and their running digest.
#[derive(Default)]
pub(super) struct Sum {
    lines: u64,
    digest: String,
}

impl Sum {
    pub(super) fn add(&mut self, line: &str) {
        self.lines += 1;
        self.digest = Digest::of(format!("{}{line}", self.digest).as_bytes()).digits().to_owned();
    }

    pub(super) fn end(&self) -> Line {
        Line::End { lines: self.lines, digest: self.digest.clone() }
    }
}

/// Writes all journals with the anchors, or one run's; gives the number of records.
///
/// # Errors
/// When the state cannot be read, has no such run, or holds a record that is none; when the output takes no more.
pub fn export(directory: &Path, run: Option<&str>, out: &mut dyn Write) -> Result<u64, StoreError> {
    let connection = schema::connect_to_read(&crate::sqlite::database(directory))?;
    let transaction = connection.unchecked_transaction().map_err(|error| io(&error))?;
    let mut writer = Writer { out, sum: Sum::default(), records: 0 };
    let anchors = anchors::read(&transaction).map_err(|error| io(&error))?;
    let (count, head) = (anchors.all.len() as u64, anchors.head());
    let header = Header {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        run: run.map(str::to_owned),
        anchors: count,
        head,
    };
    writer.line(&Line::Audit(header))?;
    let runs = match run {
        Some(run) => vec![run.to_owned()],
        None => tails::every_run(&transaction, &anchors).map_err(|error| io(&error))?.into_iter().collect(),
    };
    for anchor in anchors.all {
        writer.line(&Line::Anchor(anchor))?;
    }
    for run in &runs {
        writer.run(&transaction, run)?;
    }
    let end = writer.sum.end();
    writer.line(&end)?;
    writer.out.flush().map_err(|error| unwritten(&error))?;
    match (run, writer.records) {
        (Some(run), 0) => Err(StoreError::Missing(run.to_owned())),
        (_, records) => Ok(records),
    }
}

struct Writer<'a> {
    out: &'a mut dyn Write,
    sum: Sum,
    records: u64,
}

impl Writer<'_> {
    fn line(&mut self, line: &Line) -> Result<(), StoreError> {
        let text = text(line)?;
        self.sum.add(&text);
        writeln!(self.out, "{text}").map_err(|error| unwritten(&error))
    }

    fn run(&mut self, connection: &Connection, run: &str) -> Result<(), StoreError> {
        let mut statement = connection
            .prepare_cached("SELECT seq, json FROM records WHERE run = ?1 ORDER BY seq")
            .map_err(|error| io(&error))?;
        let mut rows = statement.query([run]).map_err(|error| io(&error))?;
        while let Some(row) = rows.next().map_err(|error| io(&error))? {
            let stored = chain::stored(row).map_err(|error| io(&error))?;
            let record = serde_json::from_str(&stored.text).map_err(|error| unreadable(run, stored.seq, &error))?;
            self.line(&Line::Record { run: run.to_owned(), record })?;
            self.records += 1;
        }
        Ok(())
    }
}

/// One text for each line: its keys sorted, no space.
pub(super) fn text(line: &Line) -> Result<String, StoreError> {
    let sorted: serde_json::Result<Value> = serde_json::to_value(line);
    let text = sorted.and_then(|sorted| serde_json::to_string(&sorted));
    text.map_err(|error| StoreError::Io(format!("a record cannot be written as JSON: {error}")))
}

fn unwritten(error: &std::io::Error) -> StoreError {
    StoreError::Io(format!("the export cannot be written: {error}"))
}

fn unreadable(run: &str, seq: u64, error: &serde_json::Error) -> StoreError {
    StoreError::Io(format!(
        "record {seq} of run {run} is not a record any more ({error}); `deployd audit verify` says what else is damaged"
    ))
}
