//! A store in memory at whose appends something happens: its owner is lost, a bell rings, or it panics.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::store::{
    Anchor, Answered, Append, Lock, NewRun, Prune, Pruned, RunLine, Running, Store, StoreError, StoredRun, Target,
};
use store::memory::MemoryStore;
use tokio::sync::Notify;

/// Counts appends down, from 1 the next one.
pub(crate) struct Counted {
    inner: Arc<MemoryStore>,
    left: AtomicU32,
    then: Then,
    /// What is read of a run instead of what is stored.
    spoil: fn(StoredRun) -> StoredRun,
    /// Why nothing can be read of what runs.
    registry: Option<StoreError>,
}

/// What happens at the append.
pub(crate) enum Then {
    /// Whoever appends is lost: before it is written, or after.
    Lost {
        /// After.
        written: bool,
    },
    /// It is written, and the bell rings.
    Ring(Arc<Notify>),
    /// A defect shows: whoever appends panics, and nothing is written.
    Panic,
}

impl Counted {
    pub(crate) fn new(inner: &Arc<MemoryStore>, left: u32, then: Then) -> Self {
        let inner = Arc::clone(inner);
        Self { inner, left: AtomicU32::new(left), then, spoil: std::convert::identity, registry: None }
    }

    /// A store that reads runs otherwise than they are.
    pub(crate) fn spoiled(inner: &Arc<MemoryStore>, spoil: fn(StoredRun) -> StoredRun) -> Self {
        Self { spoil, ..Self::new(inner, u32::MAX, Then::Ring(Arc::default())) }
    }

    /// A store that cannot read what runs.
    pub(crate) fn without_registry(inner: &Arc<MemoryStore>, why: StoreError) -> Self {
        Self { registry: Some(why), ..Self::new(inner, u32::MAX, Then::Ring(Arc::default())) }
    }

    async fn pass(&self, write: impl AsyncFnOnce() -> Result<(), StoreError>) -> Result<(), StoreError> {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        match &self.then {
            Then::Ring(bell) => {
                let written = write().await;
                if left == 1 {
                    bell.notify_one();
                }
                written
            }
            Then::Panic => {
                assert_ne!(left, 1, "a defect of the store");
                write().await
            }
            Then::Lost { .. } if left > 1 => write().await,
            Then::Lost { written } => {
                if left == 1 && *written {
                    write().await?;
                }
                std::future::pending().await
            }
        }
    }
}

impl Store for Counted {
    fn epoch(&self) -> u64 {
        self.inner.epoch()
    }

    fn create(&self, run: NewRun) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.pass(async move || self.inner.create(run).await))
    }

    fn append(&self, append: Append) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.pass(async move || self.inner.append(append).await))
    }

    fn prune(&self, prune: Prune) -> BoxFuture<'_, Result<Pruned, StoreError>> {
        self.inner.prune(prune)
    }

    fn load(&self, run: &str) -> BoxFuture<'_, Result<StoredRun, StoreError>> {
        let stored = self.inner.load(run);
        Box::pin(async { stored.await.map(self.spoil) })
    }

    fn runs(&self, unended_only: bool, limit: u32) -> BoxFuture<'_, Result<Vec<RunLine>, StoreError>> {
        self.inner.runs(unended_only, limit)
    }

    fn answered(&self, key: &str) -> BoxFuture<'_, Result<Option<Answered>, StoreError>> {
        self.inner.answered(key)
    }

    fn note(&self, epoch: u64, answered: Answered) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.note(epoch, answered)
    }

    fn with_key(&self, key: &str) -> BoxFuture<'_, Result<Option<RunLine>, StoreError>> {
        self.inner.with_key(key)
    }

    fn locks(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Lock>, StoreError>> {
        self.inner.locks(limit)
    }

    fn anchors(&self, from: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Anchor>, StoreError>> {
        self.inner.anchors(from, limit)
    }

    fn journal(&self, run: &str, from: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Record>, StoreError>> {
        self.inner.journal(run, from, limit)
    }

    fn running(&self, environment: &str, service: &str) -> BoxFuture<'_, Result<Option<Running>, StoreError>> {
        match self.registry.clone() {
            Some(why) => Box::pin(std::future::ready(Err(why))),
            None => self.inner.running(environment, service),
        }
    }

    fn registry(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Running>, StoreError>> {
        match self.registry.clone() {
            Some(why) => Box::pin(std::future::ready(Err(why))),
            None => self.inner.registry(limit),
        }
    }

    fn places(&self) -> BoxFuture<'_, Result<Vec<Target>, StoreError>> {
        self.inner.places()
    }
}
