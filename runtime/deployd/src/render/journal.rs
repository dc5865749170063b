//! A journal record as a line.

use machine::journal::Record;

use super::text::{Line, Paint};
use super::units::utc;

/// Digits of a hash that are shown.
const DIGITS: usize = 12;

/// A record: number, time, the beginning of its hash, body.
pub(crate) fn record(record: &Record) -> Line {
    let hash = record.hash.get(..DIGITS).unwrap_or(&record.hash);
    Line::of(&format!("{:>6}  {}  {hash}  ", record.seq, utc(record.at.wall_ms)), Paint::Faint)
        .and(&record.body.to_string(), Paint::Plain)
}
