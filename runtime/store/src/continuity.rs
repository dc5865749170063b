//! What every store demands of an append before it writes a byte: the right epoch, and records that continue
//! the journal in number and in hash.

use machine::journal::Record;
use machine::ports::store::{Append, StoreError};

/// The end of a stored journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tail {
    /// Sequence number of the last record; 0 when there is none.
    pub(crate) seq: u64,
    /// Its hash; empty when there is none.
    pub(crate) hash: String,
}

/// Refuses a caller whose epoch is not the one that holds.
pub(crate) fn check_epoch(current: u64, ours: u64) -> Result<(), StoreError> {
    if current == ours { Ok(()) } else { Err(StoreError::Fenced { current, ours }) }
}

/// The tail after these records, or the first one that does not follow.
pub(crate) fn follow(tail: Tail, append: &Append) -> Result<Tail, StoreError> {
    append.records.iter().try_fold(tail, |tail, record| next(tail, &append.run, record))
}

fn next(tail: Tail, run: &str, record: &Record) -> Result<Tail, StoreError> {
    if record.seq == tail.seq.saturating_add(1) && record.previous == tail.hash {
        return Ok(Tail { seq: record.seq, hash: record.hash.clone() });
    }
    Err(StoreError::Gap { run: run.to_owned(), last: tail.seq, found: record.seq })
}
