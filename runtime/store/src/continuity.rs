//! What every store demands of a write before it writes a byte (the right epoch, and records that continue the
//! journal in number and in hash), and what follows from it (locks and anchors).

use machine::journal::Record;
use machine::ports::store::{Anchor, Append, Lock, NewRun, StoreError, Target};

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

/// The lock that a new run has on one of its targets.
pub(crate) fn lock_of(run: &NewRun, target: &Target) -> Lock {
    Lock {
        environment: target.environment.clone(),
        service: target.service.clone(),
        run: run.first.run.clone(),
        actor: run.actor.clone(),
        since_ms: run.created_ms,
        expires_ms: expiry(run.first.moves_by_ms),
    }
}

/// When locks expire whose run moves by then.
pub(crate) fn expiry(moves_by_ms: Option<i64>) -> i64 {
    moves_by_ms.unwrap_or(Lock::UNBOUNDED)
}

/// The anchor of a run that ends with this tail, to be sealed onto the one before it.
pub(crate) fn anchor(run: &str, tail: &Tail, at_ms: i64) -> Anchor {
    Anchor {
        seq: 0,
        run: run.to_owned(),
        last_seq: tail.seq,
        last_hash: tail.hash.clone(),
        at_ms,
        previous: String::new(),
        hash: String::new(),
    }
}
