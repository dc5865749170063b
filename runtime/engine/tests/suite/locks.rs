//! One run at a time on what it changes: who comes second is told everything, or waits for its turn.

use crate::world::fixture;
use std::collections::BTreeMap;
use std::sync::Arc;

use engine::{Config, Engine, HostClock, InTheWay, Submission, SubmitError};
use machine::ports::BoxFuture;
use machine::ports::provider::{Outcome, Outputs, Probe, Provider, Request, Sample, SampleRequest};
use machine::ports::store::Store;
use machine::signal::{Actor, Signal, SignalKind};
use store::memory::MemoryStore;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinHandle;

/// Says yes to everything, to the preflight when it is let.
struct Gated {
    name: &'static str,
    preflights: Arc<Semaphore>,
}

impl Provider for Gated {
    fn name(&self) -> &'static str {
        self.name
    }

    fn preflight(&self, _: Request) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async {
            drop(self.preflights.acquire().await.unwrap());
            Ok(())
        })
    }

    fn perform(&self, _: Request) -> BoxFuture<'_, Outcome> {
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

struct Scene {
    engine: Engine,
    preflights: Arc<Semaphore>,
}

impl Scene {
    fn new() -> Self {
        Self::on(Arc::new(MemoryStore::new()))
    }

    fn on(store: Arc<dyn Store>) -> Self {
        let preflights = Arc::new(Semaphore::new(1));
        let provider = |name| Arc::new(Gated { name, preflights: Arc::clone(&preflights) }) as Arc<dyn Provider>;
        let providers = vec![provider("compute"), provider("traffic"), provider("exec")];
        let clock = Arc::new(HostClock::new().unwrap());
        Self { engine: Engine::new(Config { store, providers, clock }), preflights }
    }

    /// A run that holds `shop` in `local` and waits for a person.
    async fn begin(&self, key: &str) -> Result<String, SubmitError> {
        self.engine.submit(submission("ann", key, false)).await
    }

    fn queue(&self, who: &str, key: &str) -> Queued {
        let (told, waits) = watch::channel(None);
        let (engine, submission) = (self.engine.clone(), submission(who, key, true));
        Queued { waits, run: tokio::spawn(async move { engine.submit_telling(submission, &told).await }) }
    }

    async fn abort(&self, run: &str) {
        let signal = Signal { key: format!("abort {run}"), actor: actor("ann"), kind: SignalKind::Abort, reason: None };
        self.engine.signal(run, signal).await.unwrap();
        self.engine.watch(run).await.unwrap().wait_for(|view| view.status.ended()).await.unwrap();
    }
}

/// A submission that waits.
struct Queued {
    waits: watch::Receiver<Option<InTheWay>>,
    run: JoinHandle<Result<String, SubmitError>>,
}

impl Queued {
    /// Waits until it has been told what is in the way, with so many before it.
    async fn told(&mut self, before: usize) -> InTheWay {
        let told = self.waits.wait_for(|waits| waits.as_ref().is_some_and(|waits| waits.before == before)).await;
        told.unwrap().clone().unwrap()
    }

    async fn begun(self) -> String {
        self.run.await.unwrap().unwrap()
    }
}

fn actor(name: &str) -> Actor {
    Actor { uid: 0, name: name.to_owned(), groups: vec![], owner: true }
}

fn submission(who: &str, key: &str, queue: bool) -> Submission {
    Submission {
        plan: fixture::plan("approved").to_bytes(),
        parameters: BTreeMap::from([("image".to_owned(), fixture::digest("new").into())]),
        root: "/project".into(),
        actor: actor(who),
        key: key.to_owned(),
        queue,
    }
}

#[tokio::test]
async fn the_second_is_refused_with_all_that_is_known_of_the_first() {
    let scene = Scene::new();
    let run = scene.begin("first").await.unwrap();
    let refused = scene.begin("second").await.unwrap_err();
    assert_eq!(refused.exit_code(), 3);
    let message = refused.to_string();
    for words in [
        &*format!("`shop` in `local` is being rolled out by run {run}, started by ann, since 20"),
        "wait for it with `--queue`",
        &*format!("`deployd abort {run}`"),
    ] {
        assert!(message.contains(words), "{words}: {message}");
    }
    let locks = scene.engine.locks(10).await.unwrap();
    assert_eq!(locks.iter().map(|lock| (&*lock.run, &*lock.service)).collect::<Vec<_>>(), [(&*run, "shop")]);
    scene.abort(&run).await;
    assert_eq!(scene.engine.locks(10).await.unwrap(), []);
    scene.begin("second").await.unwrap();
}

#[tokio::test]
async fn of_two_at_the_same_instant_one_begins() {
    let scene = Scene::new();
    let begin = |key| {
        let (engine, submission) = (scene.engine.clone(), submission("ann", key, false));
        tokio::spawn(async move { engine.submit(submission).await })
    };
    scene.preflights.forget_permits(1);
    let (one, two) = (begin("one"), begin("two"));
    scene.preflights.add_permits(1);
    let ends = [one.await.unwrap(), two.await.unwrap()];
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1, "{ends:?}");
    assert_eq!(scene.engine.runs(false, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn who_waits_begins_in_the_order_of_arrival() {
    let scene = Scene::new();
    let first = scene.begin("first").await.unwrap();
    let mut second = scene.queue("bob", "second");
    let told = second.told(0).await;
    assert_eq!(told.lock.unwrap().run, first);
    let mut third = scene.queue("cid", "third");
    third.told(1).await;
    let refused = scene.begin("fourth").await.unwrap_err();
    assert_eq!(refused.exit_code(), 3);

    scene.abort(&first).await;
    let second = second.begun().await;
    assert_eq!(third.told(0).await.lock.unwrap().run, second, "the next waits for the one before it");
    scene.abort(&second).await;
    let third = third.begun().await;
    assert_eq!(scene.engine.view(&third).await.unwrap().actor.name, "cid");
}

#[tokio::test]
async fn nobody_overtakes_who_waits() {
    let scene = Scene::new();
    let first = scene.begin("first").await.unwrap();
    let mut second = scene.queue("bob", "second");
    second.told(0).await;
    scene.preflights.forget_permits(1);
    scene.abort(&first).await;
    let refused = scene.begin("late").await.unwrap_err();
    assert!(refused.to_string().starts_with("1 submission waits for `shop` in `local` already"), "{refused}");
    scene.preflights.add_permits(1);
    second.begun().await;
}

#[tokio::test]
async fn who_goes_away_leaves_the_queue() {
    let scene = Scene::new();
    let first = scene.begin("first").await.unwrap();
    let mut second = scene.queue("bob", "second");
    second.told(0).await;
    let mut third = scene.queue("cid", "third");
    third.told(1).await;
    second.run.abort();
    third.told(0).await;
    scene.abort(&first).await;
    third.begun().await;
    assert_eq!(scene.engine.runs(false, 10).await.unwrap().len(), 2, "nothing began for who went away");
}

#[tokio::test]
async fn a_repeated_key_joins_the_run_that_waited() {
    let scene = Scene::new();
    let first = scene.begin("first").await.unwrap();
    let mut second = scene.queue("bob", "second");
    second.told(0).await;
    let mut again = scene.queue("bob", "second");
    again.told(1).await;
    scene.abort(&first).await;
    let run = second.begun().await;
    assert_eq!(again.begun().await, run);
}

#[tokio::test]
async fn who_waits_is_told_that_the_runtime_stops() {
    let scene = Scene::new();
    scene.begin("first").await.unwrap();
    let mut second = scene.queue("bob", "second");
    second.told(0).await;
    scene.engine.stop().await;
    let refused = second.run.await.unwrap().unwrap_err();
    assert!(matches!(refused, SubmitError::Stopping), "{refused}");
}

#[tokio::test]
async fn a_lock_lasts_as_long_as_its_run_whoever_carries_it_out() {
    let store = Arc::new(MemoryStore::new());
    let first = Scene::on(Arc::clone(&store) as Arc<dyn Store>);
    let run = first.begin("first").await.unwrap();
    drop(first);
    let second = Scene::on(Arc::new(store.reopen()));
    assert_eq!(second.begin("second").await.unwrap_err().exit_code(), 3, "before it is taken up");
    assert_eq!(second.engine.resume_all().await.unwrap(), std::slice::from_ref(&run));
    assert_eq!(second.begin("second").await.unwrap_err().exit_code(), 3, "and after");
    second.abort(&run).await;
    second.begin("second").await.unwrap();
}
