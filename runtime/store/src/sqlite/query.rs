//! The questions that can be asked.

use machine::journal::Record;
use machine::ports::store::{Anchor, Lock, RunLine, StoreError, StoredRun, Target};
use rusqlite::Connection;

use super::fault::{Answer, Fault, Place};
use super::heads::{self, Head};
use super::{anchors, io, load, locks, records, services};

/// A run within a transaction that the caller has begun; none when nothing is left of it.
pub(crate) fn stored(transaction: &Connection, run: &str) -> Result<Option<StoredRun>, StoreError> {
    match load::read(transaction, run) {
        Ok(stored) => Ok(Some(stored)),
        Err(Fault::Said(StoreError::Missing(_))) => Ok(None),
        Err(Fault::Said(error)) => Err(error),
        Err(Fault::Database(error)) => Err(io(&error)),
    }
}

/// What of the list of what runs is lost or damaged, in words.
pub(crate) fn lost_services(transaction: &Connection) -> Result<Vec<(Target, String)>, StoreError> {
    let known = services::listed(transaction, &Place::default());
    known.map(|known| known.damaged).map_err(|fault| Place::default().tell(fault))
}

pub(super) fn runs(connection: &Connection, unended_only: bool, limit: u32) -> Answer<Vec<RunLine>> {
    Ok(heads::newest(connection, unended_only, limit)?.into_iter().map(Head::line).collect())
}

pub(super) fn with_key(connection: &Connection, key: &str) -> Answer<Option<RunLine>> {
    Ok(heads::with_key(connection, key)?.map(Head::line))
}

pub(super) fn locks(connection: &Connection, limit: u32) -> Answer<Vec<Lock>> {
    Ok(locks::all(connection, limit)?)
}

pub(super) fn anchors(connection: &Connection, from: u64, limit: u32) -> Answer<Vec<Anchor>> {
    Ok(anchors::page(connection, from, limit)?)
}

pub(super) fn journal(connection: &Connection, run: &str, from: u64, limit: u32) -> Answer<Vec<Record>> {
    if heads::of(connection, run)?.is_none() {
        return Err(StoreError::Missing(run.to_owned()).into());
    }
    records::page(connection, run, from, limit)
}
