//! The thread that reads, on a connection that cannot write and never waits for the writer.

use std::thread::JoinHandle;

use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::store::{Anchor, Answered, Lock, RunLine, Running, StoreError, StoredRun, Target};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::fault::{Answer, Place};
use super::{answers, load, meta, query, services};

/// Reads that may wait before callers are held back.
const QUEUE: usize = 256;

type Query = Box<dyn FnOnce(&Connection) + Send>;

/// The handle on the thread; dropping it closes the connection.
pub(super) struct Reader {
    place: Place,
    queue: Option<mpsc::Sender<Query>>,
    thread: Option<JoinHandle<()>>,
}

impl Reader {
    pub(super) fn start(connection: Connection, place: Place) -> Result<Self, StoreError> {
        let (queue, mut asked) = mpsc::channel::<Query>(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-reader".to_owned())
            .spawn(move || {
                while let Some(query) = asked.blocking_recv() {
                    query(&connection);
                }
            })
            .map_err(|error| StoreError::Io(format!("cannot start a thread: {error}")))?;
        Ok(Self { place, queue: Some(queue), thread: Some(thread) })
    }

    /// Runs a query on the thread.
    fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection, &Place) -> Answer<T> + Send + 'static,
    ) -> BoxFuture<'static, Result<T, StoreError>> {
        let (queue, place) = (self.queue.clone(), self.place.clone());
        let (answer, answered) = oneshot::channel();
        // A caller that has stopped waiting does not need its answer.
        let query: Query = Box::new(move |connection| {
            drop(answer.send(query(connection, &place).map_err(|fault| place.tell(fault))));
        });
        Box::pin(async move {
            let gone = || StoreError::Io("the reader has ended".to_owned());
            queue.ok_or_else(gone)?.send(query).await.map_err(|_| gone())?;
            answered.await.map_err(|_| gone())?
        })
    }
}

type Read<T> = BoxFuture<'static, Result<T, StoreError>>;

/// The reading half of a store.
impl Reader {
    pub(super) fn load(&self, run: &str) -> Read<StoredRun> {
        let run = run.to_owned();
        self.read(move |connection, _| load::load(connection, &run))
    }

    pub(super) fn runs(&self, unended_only: bool, limit: u32) -> Read<Vec<RunLine>> {
        self.read(move |connection, _| query::runs(connection, unended_only, limit))
    }

    pub(super) fn answered(&self, key: &str) -> Read<Option<Answered>> {
        let key = key.to_owned();
        self.read(move |connection, _| answers::of(connection, &key))
    }

    pub(super) fn with_key(&self, key: &str) -> Read<Option<RunLine>> {
        let key = key.to_owned();
        self.read(move |connection, _| query::with_key(connection, &key))
    }

    pub(super) fn locks(&self, limit: u32) -> Read<Vec<Lock>> {
        self.read(move |connection, _| query::locks(connection, limit))
    }

    pub(super) fn anchors(&self, from: u64, limit: u32) -> Read<Vec<Anchor>> {
        self.read(move |connection, _| query::anchors(connection, from, limit))
    }

    pub(super) fn journal(&self, run: &str, from: u64, limit: u32) -> Read<Vec<Record>> {
        let run = run.to_owned();
        self.read(move |connection, _| query::journal(connection, &run, from, limit))
    }

    pub(super) fn registry(&self, limit: u32) -> Read<Vec<Running>> {
        self.read(move |connection, place| services::all(connection, place, limit))
    }

    pub(super) fn places(&self) -> Read<Vec<Target>> {
        self.read(|connection, place| Ok(meta::read(connection, place)?.services))
    }

    pub(super) fn running(&self, environment: &str, service: &str) -> Read<Option<Running>> {
        let target = Target { environment: environment.to_owned(), service: service.to_owned() };
        self.read(move |connection, place| services::of(connection, place, &target))
    }
}

impl Reader {
    /// Answers what was asked and closes the connection.
    pub(super) fn finish(&mut self) {
        self.queue = None;
        // A panic of the thread has been answered to every caller as an ended reader.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.finish();
    }
}
