//! The store of one host: SQLite in WAL mode with full synchronisation.
//!
//! One thread writes. It drains its queue into one transaction, so that many runs share one flush; a savepoint
//! per write keeps a refused write from undoing its neighbours. Another thread reads.

pub(crate) mod anchors;
pub(crate) mod answers;
pub(crate) mod cells;
mod fault;
mod heads;
mod heal;
mod load;
mod locks;
mod looked;
pub(crate) mod meta;
mod nodes;
mod onlooker;
mod plans;
mod prune;
pub(crate) mod query;
mod reader;
mod records;
pub(crate) mod schema;
mod services;
mod sum;
mod tables;
mod upgrade;
mod write;
mod writer;

use std::path::{Path, PathBuf};

use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::store::{
    Anchor, Answered, Append, Lock, NewRun, Prune, Pruned, RunLine, Running, Store, StoreError, StoredRun, Target,
};

use crate::directory::Held;
use fault::Place;
use looked::Looked;
use reader::Reader;
use writer::{Write, Writer};

pub use onlooker::{Onlooker, look};
pub use schema::FORMAT;

/// A state directory opened for this process alone.
pub struct SqliteStore {
    epoch: u64,
    reader: Reader,
    writer: Writer,
    looked: Looked,
    held: Held,
}

impl Drop for SqliteStore {
    /// Reader and writer have ended before the directory is let go.
    fn drop(&mut self) {
        self.reader.finish();
        if self.writer.finish() {
            self.held.let_go();
        }
    }
}

/// Opens (or creates) the state in `directory` and takes it over with a new epoch.
///
/// # Errors
/// [`StoreError::Locked`] when another runtime lives there, [`StoreError::Newer`] when a newer version wrote it
/// (nothing is changed then), [`StoreError::Io`] when the disk or the database refuses.
pub fn open(directory: &Path) -> Result<SqliteStore, StoreError> {
    schema::refuse_unsound_library(rusqlite::version_number())?;
    let held = Held::take(directory)?;
    let place = Place::new(directory);
    let earlier = schema::format(&place.database())?.filter(|format| *format < FORMAT);
    earlier.map_or(Ok(()), |format| upgrade::keep_copy(&place.database(), format))?;
    let mut connection = schema::connect(&place)?;
    let epoch = schema::take_over(&mut connection, &place)?;
    if earlier.is_some() {
        upgrade::give_space_back(&connection);
    }
    held.expect_log()?;
    let reader = Reader::start(schema::connect_to_read(&place.database())?, place.clone())?;
    let looked = Looked::default();
    let writer = Writer::start(connection, place, looked.clone())?;
    Ok(SqliteStore { epoch, reader, writer, looked, held })
}

/// The database file of a state directory: where the journals are.
#[must_use]
pub fn database(directory: &Path) -> PathBuf {
    directory.join(crate::directory::DATABASE)
}

/// What was answered under a key, in a state that is only looked at.
///
/// # Errors
/// When there is no state that can be read.
pub fn answered(directory: &Path, key: &str) -> Result<Option<Answered>, StoreError> {
    let connection = schema::connect_to_read(&database(directory))?;
    answers::of(&connection, key).map_err(|fault| Place::new(directory).tell(fault))
}

/// A failure of a database wherever it lies.
pub(crate) fn io(error: &rusqlite::Error) -> StoreError {
    Place::default().io(error)
}

impl Store for SqliteStore {
    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn create(&self, run: NewRun) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.writer.write(Write::Create(Box::new(run))))
    }

    fn append(&self, append: Append) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.writer.write(Write::Append(Box::new(append))))
    }

    fn prune(&self, prune: Prune) -> BoxFuture<'_, Result<Pruned, StoreError>> {
        Box::pin(self.writer.prune(prune))
    }

    fn load(&self, run: &str) -> BoxFuture<'_, Result<StoredRun, StoreError>> {
        let (loaded, looked, name) = (self.reader.load(run), self.looked.clone(), run.to_owned());
        Box::pin(async move {
            let stored = loaded.await?;
            if stored.damage.is_none() {
                looked.note(&name);
            }
            Ok(stored)
        })
    }

    fn runs(&self, unended_only: bool, limit: u32) -> BoxFuture<'_, Result<Vec<RunLine>, StoreError>> {
        self.reader.runs(unended_only, limit)
    }

    fn answered(&self, key: &str) -> BoxFuture<'_, Result<Option<Answered>, StoreError>> {
        self.reader.answered(key)
    }

    fn note(&self, epoch: u64, answered: Answered) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.writer.write(Write::Note(epoch, Box::new(answered))))
    }

    fn with_key(&self, key: &str) -> BoxFuture<'_, Result<Option<RunLine>, StoreError>> {
        self.reader.with_key(key)
    }

    fn locks(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Lock>, StoreError>> {
        self.reader.locks(limit)
    }

    fn anchors(&self, from: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Anchor>, StoreError>> {
        self.reader.anchors(from, limit)
    }

    fn journal(&self, run: &str, from: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Record>, StoreError>> {
        self.reader.journal(run, from, limit)
    }

    fn registry(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Running>, StoreError>> {
        self.reader.registry(limit)
    }

    fn places(&self) -> BoxFuture<'_, Result<Vec<Target>, StoreError>> {
        self.reader.places()
    }

    fn running(&self, environment: &str, service: &str) -> BoxFuture<'_, Result<Option<Running>, StoreError>> {
        self.reader.running(environment, service)
    }
}

#[cfg(test)]
pub(crate) mod tests;
