//! Store and providers behind a barrier: what they do is what the real ones do, except that one point is never passed.

use std::sync::Arc;

use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::provider::{Outcome, Probe, Provider, Request, Sample, SampleRequest};
use machine::ports::store::{
    Anchor, Answered, Append, Lock, NewRun, Prune, Pruned, RunLine, Running, Store, StoreError, StoredRun, Target,
};

use super::point::{Barrier, Moment, Place, name_of, node_of};

/// A store that holds before or after a write.
pub(crate) struct HeldStore {
    pub(crate) inner: Arc<dyn Store>,
    pub(crate) barrier: Arc<Barrier>,
}

impl HeldStore {
    /// Nothing of the write may begin before the barrier is passed, not even the making of its future.
    async fn around<'a, T>(&self, records: Vec<(String, String)>, write: impl FnOnce() -> BoxFuture<'a, T>) -> T {
        self.pass(Moment::Before, &records).await;
        let written = write().await;
        self.pass(Moment::After, &records).await;
        written
    }

    async fn pass(&self, moment: Moment, records: &[(String, String)]) {
        for (kind, node) in records {
            self.barrier.pass(moment, &Place::Append(kind.clone()), node).await;
        }
    }
}

fn names(append: &Append) -> Vec<(String, String)> {
    append.records.iter().filter_map(|record| name_of(&record.body)).collect()
}

impl Store for HeldStore {
    fn epoch(&self) -> u64 {
        self.inner.epoch()
    }

    fn create(&self, run: NewRun) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.around(names(&run.first), || self.inner.create(run)))
    }

    fn append(&self, append: Append) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(self.around(names(&append), || self.inner.append(append)))
    }

    fn load(&self, run: &str) -> BoxFuture<'_, Result<StoredRun, StoreError>> {
        self.inner.load(run)
    }

    fn runs(&self, unended_only: bool, limit: u32) -> BoxFuture<'_, Result<Vec<RunLine>, StoreError>> {
        self.inner.runs(unended_only, limit)
    }

    fn answered(&self, key: &str) -> BoxFuture<'_, Result<Option<Answered>, StoreError>> {
        self.inner.answered(key)
    }

    fn note(&self, epoch: u64, answered: Answered) -> BoxFuture<'_, Result<(), StoreError>> {
        let name = ("note".to_owned(), answered.request["what"].as_str().unwrap_or_default().to_owned());
        Box::pin(self.around(vec![name], move || self.inner.note(epoch, answered)))
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

    fn prune(&self, prune: Prune) -> BoxFuture<'_, Result<Pruned, StoreError>> {
        let name = ("prune".to_owned(), String::new());
        Box::pin(self.around(vec![name], move || self.inner.prune(prune)))
    }

    fn journal(&self, run: &str, from: u64, limit: u32) -> BoxFuture<'_, Result<Vec<Record>, StoreError>> {
        self.inner.journal(run, from, limit)
    }

    fn registry(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Running>, StoreError>> {
        self.inner.registry(limit)
    }

    fn places(&self) -> BoxFuture<'_, Result<Vec<Target>, StoreError>> {
        self.inner.places()
    }

    fn running(&self, environment: &str, service: &str) -> BoxFuture<'_, Result<Option<Running>, StoreError>> {
        self.inner.running(environment, service)
    }
}

/// A provider that holds before or after an effect, a probe, or the end of an effect whose answer was lost.
pub(crate) struct HeldProvider {
    pub(crate) inner: Arc<dyn Provider>,
    pub(crate) barrier: Arc<Barrier>,
}

impl HeldProvider {
    async fn around<'a, T>(&self, place: Place, key: String, ask: impl FnOnce() -> BoxFuture<'a, T>) -> T {
        self.barrier.pass(Moment::Before, &place, node_of(&key)).await;
        let answer = ask().await;
        self.barrier.pass(Moment::After, &place, node_of(&key)).await;
        answer
    }
}

impl Provider for HeldProvider {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn preflight(&self, request: Request) -> BoxFuture<'_, Result<(), String>> {
        self.inner.preflight(request)
    }

    fn perform(&self, request: Request) -> BoxFuture<'_, Outcome> {
        Box::pin(self.around(Place::Perform, request.key.clone(), || self.inner.perform(request)))
    }

    fn probe(&self, request: Request) -> BoxFuture<'_, Probe> {
        Box::pin(self.around(Place::Probe, request.key.clone(), || self.inner.probe(request)))
    }

    fn settle(&self, request: Request) -> BoxFuture<'_, Outcome> {
        Box::pin(self.around(Place::Settle, request.key.clone(), || self.inner.settle(request)))
    }

    fn end(&self, run: String) -> BoxFuture<'_, Result<(), String>> {
        self.inner.end(run)
    }

    fn forget(&self, key: &str, attempt: u32) {
        self.inner.forget(key, attempt);
    }

    fn observe(&self, request: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        self.inner.observe(request)
    }

    fn sample(&self, request: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        self.inner.sample(request)
    }
}
