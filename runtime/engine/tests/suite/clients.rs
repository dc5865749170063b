//! Clients that go away, runtimes that stop, providers that break off: nothing is confirmed that is not recorded,
//! and no run is left that nobody drives.

use crate::world::fixture;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::{Config, Engine, HostClock, SignalError, Submission};
use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::provider::{Outcome, Outputs, Probe, Provider, Request, Sample, SampleRequest};
use machine::ports::store::{
    Anchor, Answered, Append, Lock, NewRun, Prune, Pruned, RunLine, Running, Store, StoreError, StoredRun, Target,
};
use machine::signal::{Actor, Signal, SignalKind};
use machine::view::RunStatus;
use store::memory::MemoryStore;
use tokio::sync::Notify;

/// Where the provider of actions panics, once, already as it is asked.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Defect {
    Nowhere,
    Preflight,
    Effect,
}

/// Says yes to everything but for its defect.
struct Agreeable {
    name: &'static str,
    defect: Defect,
    shown: AtomicBool,
}

impl Agreeable {
    fn asked(&self, place: Defect) {
        let panics = self.defect == place && !self.shown.swap(true, Ordering::SeqCst);
        assert!(!panics, "a defect of this provider");
    }
}

impl Provider for Agreeable {
    fn name(&self) -> &'static str {
        self.name
    }

    fn preflight(&self, _: Request) -> BoxFuture<'_, Result<(), String>> {
        self.asked(Defect::Preflight);
        Box::pin(async { Ok(()) })
    }

    fn perform(&self, _: Request) -> BoxFuture<'_, Outcome> {
        self.asked(Defect::Effect);
        Box::pin(async { Outcome::Done(Outputs::None) })
    }

    fn probe(&self, _: Request) -> BoxFuture<'_, Probe> {
        Box::pin(async { Probe::DidNot })
    }

    fn observe(&self, _: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        Box::pin(async { Ok(None) })
    }

    fn sample(&self, _: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        Box::pin(async { Err("nothing is counted".to_owned()) })
    }
}

/// A store whose answer to `create` waits until it is let go.
struct Slow {
    inner: MemoryStore,
    created: Notify,
    go_on: Notify,
}

impl Store for Slow {
    fn epoch(&self) -> u64 {
        self.inner.epoch()
    }

    fn create(&self, run: NewRun) -> BoxFuture<'_, Result<(), StoreError>> {
        Box::pin(async move {
            self.inner.create(run).await?;
            self.created.notify_one();
            self.go_on.notified().await;
            Ok(())
        })
    }

    fn append(&self, append: Append) -> BoxFuture<'_, Result<(), StoreError>> {
        self.inner.append(append)
    }

    fn prune(&self, prune: Prune) -> BoxFuture<'_, Result<Pruned, StoreError>> {
        self.inner.prune(prune)
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

    fn places(&self) -> BoxFuture<'_, Result<Vec<Target>, StoreError>> {
        self.inner.places()
    }

    fn running(&self, environment: &str, service: &str) -> BoxFuture<'_, Result<Option<Running>, StoreError>> {
        self.inner.running(environment, service)
    }

    fn registry(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Running>, StoreError>> {
        self.inner.registry(limit)
    }
}

fn engine(store: Arc<dyn Store>, of_actions: Defect) -> Engine {
    let provider = |name| {
        let defect = if name == "exec" { of_actions } else { Defect::Nowhere };
        Arc::new(Agreeable { name, defect, shown: AtomicBool::new(false) }) as Arc<dyn Provider>
    };
    let providers = vec![provider("compute"), provider("traffic"), provider("exec")];
    Engine::new(Config { store, providers, clock: Arc::new(HostClock::new().unwrap()) })
}

fn ann() -> Actor {
    Actor { uid: 0, name: "ann".to_owned(), groups: vec![], owner: true }
}

fn submission(plan: &str) -> Submission {
    Submission {
        plan: fixture::plan(plan).to_bytes(),
        parameters: BTreeMap::from([("image".to_owned(), fixture::digest("new").into())]),
        root: "/project".into(),
        actor: ann(),
        key: "key".to_owned(),
        queue: false,
    }
}

fn say(key: &str, kind: SignalKind) -> Signal {
    Signal { key: key.to_owned(), actor: ann(), kind, reason: None }
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_no_run_that_nobody_drives() {
    let store = Arc::new(Slow { inner: MemoryStore::new(), created: Notify::new(), go_on: Notify::new() });
    let engine = engine(Arc::clone(&store) as Arc<dyn Store>, Defect::Nowhere);
    tokio::select! {
        _ = engine.submit(submission("approved")) => unreachable!("the store does not answer yet"),
        () = store.created.notified() => {}
    }
    store.go_on.notify_one();
    let run = engine.submit(submission("approved")).await.unwrap();
    assert_eq!(engine.runs(false, 10).await.unwrap().len(), 1);
    let answer = engine.signal(&run, say("abort", SignalKind::Abort)).await.unwrap();
    assert!(answer.starts_with("the run is aborted"), "{answer}");
    let mut view = engine.watch(&run).await.unwrap();
    assert_eq!(view.wait_for(|view| view.status.ended()).await.unwrap().status, RunStatus::Aborted);
}

#[tokio::test]
async fn what_nobody_records_is_not_confirmed() {
    let engine = engine(Arc::new(MemoryStore::new()), Defect::Nowhere);
    let run = engine.submit(submission("approved")).await.unwrap();
    engine.signal(&run, say("pause", SignalKind::Pause)).await.unwrap();
    assert!(engine.view(&run).await.unwrap().paused, "who was answered sees it");
    engine.stop().await;
    let refused = engine.signal(&run, say("abort", SignalKind::Abort)).await.unwrap_err();
    assert!(matches!(refused, SignalError::Invalid(_)), "{refused}");
    assert!(refused.to_string().contains("not being carried out now"), "{refused}");
    engine.signal(&run, say("pause", SignalKind::Pause)).await.unwrap();
    let later = engine.submit(Submission { key: "later".to_owned(), ..submission("actions") }).await.unwrap_err();
    assert_eq!((later.exit_code(), later.to_string().starts_with("the runtime stops")), (3, true), "{later}");
}

#[tokio::test]
async fn a_key_names_one_plan() {
    let engine = engine(Arc::new(MemoryStore::new()), Defect::Nowhere);
    let run = engine.submit(submission("approved")).await.unwrap();
    assert_eq!(engine.submit(submission("approved")).await.unwrap(), run);
    let refused = engine.submit(submission("actions")).await.unwrap_err();
    assert_eq!(refused.exit_code(), 1);
    assert!(refused.to_string().starts_with(&format!("the key `key` started run {run}")), "{refused}");
}

#[tokio::test]
async fn a_provider_that_breaks_off_does_not_keep_the_run_waiting() {
    let engine = engine(Arc::new(MemoryStore::new()), Defect::Effect);
    let run = engine.submit(submission("actions")).await.unwrap();
    let mut view = engine.watch(&run).await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(60), view.wait_for(|view| view.status.ended())).await;
    assert_eq!(ended.expect("the run goes on").unwrap().status, RunStatus::Completed);
}

#[tokio::test]
async fn a_provider_that_breaks_off_in_the_preflight_is_a_refusal_and_nothing_has_begun() {
    let engine = engine(Arc::new(MemoryStore::new()), Defect::Preflight);
    let refused = engine.submit(submission("actions")).await.unwrap_err();
    assert!(refused.to_string().contains("provider `exec` broke off without an answer"), "{refused}");
    assert!(engine.runs(false, 10).await.unwrap().is_empty());
    let run = engine.submit(submission("actions")).await.unwrap();
    let mut view = engine.watch(&run).await.unwrap();
    assert_eq!(view.wait_for(|view| view.status.ended()).await.unwrap().status, RunStatus::Completed);
}
