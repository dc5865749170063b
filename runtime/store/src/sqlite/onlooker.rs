//! Looking at a state directory without taking it: for questions about runs while no runtime is there to answer.

use std::path::Path;

use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::store::{
    Anchor, Answered, Append, Lock, NewRun, Prune, Pruned, RunLine, Running, Store, StoreError, StoredRun, Target,
};

use super::fault::Place;
use super::reader::Reader;
use super::schema;

/// A state directory opened to be read. It takes no lock and no epoch, so every write is refused; a runtime may
/// start and write meanwhile.
pub struct Onlooker {
    reader: Reader,
}

/// Opens the state in `directory` to be read.
///
/// # Errors
/// [`StoreError::Newer`] when a newer version wrote it, [`StoreError::Io`] when it cannot be read or is no state
/// directory.
pub fn look(directory: &Path) -> Result<Onlooker, StoreError> {
    let database = super::database(directory);
    schema::refuse_other(&database)?;
    Ok(Onlooker { reader: Reader::start(schema::connect_to_read(&database)?, Place::new(directory))? })
}

fn refuse<'a, T: Send + 'a>() -> BoxFuture<'a, Result<T, StoreError>> {
    let error = StoreError::Io("the state directory was opened to be read only".to_owned());
    Box::pin(std::future::ready(Err(error)))
}

impl Store for Onlooker {
    /// 0: older than every epoch of a runtime.
    fn epoch(&self) -> u64 {
        0
    }

    fn create(&self, _run: NewRun) -> BoxFuture<'_, Result<(), StoreError>> {
        refuse()
    }

    fn append(&self, _append: Append) -> BoxFuture<'_, Result<(), StoreError>> {
        refuse()
    }

    fn prune(&self, _prune: Prune) -> BoxFuture<'_, Result<Pruned, StoreError>> {
        refuse()
    }

    fn load(&self, run: &str) -> BoxFuture<'_, Result<StoredRun, StoreError>> {
        self.reader.load(run)
    }

    fn runs(&self, unended_only: bool, limit: u32) -> BoxFuture<'_, Result<Vec<RunLine>, StoreError>> {
        self.reader.runs(unended_only, limit)
    }

    fn answered(&self, key: &str) -> BoxFuture<'_, Result<Option<Answered>, StoreError>> {
        self.reader.answered(key)
    }

    fn note(&self, _epoch: u64, _answered: Answered) -> BoxFuture<'_, Result<(), StoreError>> {
        refuse()
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
