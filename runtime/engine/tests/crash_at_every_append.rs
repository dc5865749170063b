//! Whole rollouts in a world in memory, under virtual time: a good release is promoted, a bad one is brought back,
//! and an engine that is lost before or after any append is followed by one that ends the run the same way, with
//! no key taking effect twice and no effect performed before its intent was durable.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

#[path = "../../machine/tests/fixture/mod.rs"]
mod fixture;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::{Config, Engine, Submission};
use machine::Moment;
use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::clock::Clock;
use machine::ports::provider::{
    Instance, Outcome, Outputs, Probe, Provider, RatioReading, Reading, Request, Sample, SampleRequest, Task,
};
use machine::ports::store::{
    Anchor, Append, Lock, NewRun, Prune, Pruned, RunLine, Running, Store, StoreError, StoredRun,
};
use machine::signal::Actor;
use machine::view::{RunStatus, RunView};
use plan::{Release, ReleaseId};
use store::memory::MemoryStore;
use tokio::time::{Instant, timeout};

/// Requests a second in the world.
const RATE: u64 = 20_000;

struct VirtualClock(Instant);

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        let ms = u64::try_from(self.0.elapsed().as_millis()).unwrap();
        Moment { wall_ms: i64::try_from(ms).unwrap(), boot: "boot".to_owned(), boot_ms: ms }
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(Duration::from_millis(ms)))
    }
}

/// What is really so, whoever looks.
struct World {
    since: Instant,
    shares: BTreeMap<ReleaseId, u64>,
    counters: BTreeMap<ReleaseId, (u64, u64)>,
    /// Bad requests in a thousand, by release.
    bad: BTreeMap<ReleaseId, u64>,
    instances: BTreeMap<ReleaseId, u32>,
    /// Keys that took effect, with what they did.
    took: BTreeMap<String, Vec<String>>,
    /// Epoch and sequence of the latest request.
    latest: (u64, u64),
}

impl World {
    /// Lets the traffic of the time that has passed arrive.
    fn settle(&mut self) {
        let ms = u64::try_from(self.since.elapsed().as_millis()).unwrap();
        self.since = Instant::now();
        for (release, share) in &self.shares {
            let requests = RATE * ms * share / 10_000 / 1_000;
            let (total, bad) = self.counters.entry(release.clone()).or_default();
            *total += requests;
            *bad = *total * self.bad.get(release).copied().unwrap_or(1) / 1_000;
        }
    }

    fn perform(&mut self, request: Request) -> Outcome {
        self.settle();
        let place = (request.epoch, request.sequence);
        assert!(self.latest < place, "{place:?} came after {:?}", self.latest);
        self.latest = place;
        let (what, outputs) = match request.task {
            Task::Ensure { release, instances, .. } => {
                self.instances.insert(release.id.clone(), instances);
                let instance = Instance { id: release.id.0.clone(), address: "127.0.0.1:1".to_owned() };
                (format!("ensure {} {instances}", release.id), Outputs::Instances(vec![instance]))
            }
            Task::Stop { release, keep, .. } => {
                self.instances.insert(release.id.clone(), keep);
                (format!("stop {} {keep}", release.id), Outputs::None)
            }
            Task::Shift { routes, .. } => {
                let serves = |id| self.instances.get(id).is_some_and(|count| *count > 0);
                assert!(routes.iter().all(|route| serves(&route.release)), "traffic to a release without instances");
                self.shares = routes.iter().map(|r| (r.release.clone(), u64::from(r.share.basis_points()))).collect();
                (format!("shift {:?}", self.shares), Outputs::None)
            }
            Task::Act { action, .. } => (format!("act {action}"), Outputs::None),
        };
        let done = self.took.entry(request.key).or_default();
        if !done.contains(&what) {
            done.push(what);
        }
        Outcome::Done(outputs)
    }
}

struct InWorld {
    name: &'static str,
    world: Arc<Mutex<World>>,
    store: Arc<MemoryStore>,
}

impl Provider for InWorld {
    fn name(&self) -> &'static str {
        self.name
    }

    fn preflight(&self, _: Request) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }

    fn perform(&self, request: Request) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let journal = self.store.journal(&request.run, 1, u32::MAX).await.unwrap();
            let intended = |record: &Record| record.body["intent"]["request"]["key"] == request.key.as_str();
            assert!(journal.iter().any(intended), "{} was performed before its intent was durable", request.key);
            self.world.lock().unwrap().perform(request)
        })
    }

    fn probe(&self, request: Request) -> BoxFuture<'_, Probe> {
        Box::pin(async move {
            let took = self.world.lock().unwrap().took.contains_key(&request.key);
            if took { Probe::Took(Outputs::None) } else { Probe::DidNot }
        })
    }

    fn observe(&self, _: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        Box::pin(async { Ok(None) })
    }

    fn sample(&self, request: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        Box::pin(async move {
            let mut world = self.world.lock().unwrap();
            world.settle();
            let reading = |(total, bad): &(u64, u64)| Reading {
                requests: *total,
                metrics: request
                    .metrics
                    .keys()
                    .map(|m| (m.clone(), RatioReading { bad: *bad, total: *total }))
                    .collect(),
            };
            let releases = world.counters.iter().map(|(id, counts)| (id.clone(), reading(counts))).collect();
            Ok(Sample { incarnation: "world".to_owned(), releases })
        })
    }
}

/// A store whose owner is lost at one append: before it is written, or after.
struct Lossy {
    inner: Arc<MemoryStore>,
    left: AtomicU32,
    written: bool,
}

impl Lossy {
    async fn pass(&self, write: impl AsyncFnOnce() -> Result<(), StoreError>) -> Result<(), StoreError> {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        if left > 1 {
            return write().await;
        }
        if left == 1 && self.written {
            write().await?;
        }
        std::future::pending().await
    }
}

impl Store for Lossy {
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
        self.inner.load(run)
    }

    fn runs(&self, unended_only: bool, limit: u32) -> BoxFuture<'_, Result<Vec<RunLine>, StoreError>> {
        self.inner.runs(unended_only, limit)
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
        self.inner.running(environment, service)
    }

    fn registry(&self, limit: u32) -> BoxFuture<'_, Result<Vec<Running>, StoreError>> {
        self.inner.registry(limit)
    }
}

struct Scene {
    world: Arc<Mutex<World>>,
    store: Arc<MemoryStore>,
    clock: Arc<VirtualClock>,
}

fn incoming() -> Release {
    fixture::release("new")
}

impl Scene {
    /// `old` runs with all traffic; `new` has this many bad requests in a thousand.
    async fn new(bad: u64) -> Self {
        let old = fixture::release("old");
        let world = World {
            since: Instant::now(),
            shares: BTreeMap::from([(old.id.clone(), 10_000)]),
            counters: BTreeMap::new(),
            bad: BTreeMap::from([(incoming().id, bad)]),
            instances: BTreeMap::from([(old.id.clone(), 2)]),
            took: BTreeMap::new(),
            latest: (0, 0),
        };
        let store = MemoryStore::new();
        set_running(&store, old).await;
        Self {
            world: Arc::new(Mutex::new(world)),
            store: Arc::new(store),
            clock: Arc::new(VirtualClock(Instant::now())),
        }
    }

    fn engine(&self, store: Arc<dyn Store>) -> Engine {
        let provider = |name| {
            let (world, store) = (Arc::clone(&self.world), Arc::clone(&self.store));
            Arc::new(InWorld { name, world, store }) as Arc<dyn Provider>
        };
        let providers = vec![provider("compute"), provider("traffic"), provider("exec")];
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as Arc<dyn Clock>;
        Engine::new(Config { store, providers, clock })
    }

    /// Runs with an engine that is lost at append `at`, then with one that is not.
    async fn run(&mut self, plan: &str, at: u32, written: bool) -> Option<RunView> {
        let lossy = Lossy { inner: Arc::clone(&self.store), left: AtomicU32::new(at), written };
        let first = self.engine(Arc::new(lossy));
        let submitted = timeout(Duration::from_secs(60), first.submit(submission(plan))).await;
        let followed = async {
            match submitted {
                Ok(run) => Some(ended(&first, &run.unwrap()).await),
                Err(_) => std::future::pending().await,
            }
        };
        if let Ok(view) = timeout(Duration::from_secs(60), followed).await {
            return view;
        }
        drop(first);
        self.store = Arc::new(self.store.reopen());
        let second = self.engine(Arc::clone(&self.store) as Arc<dyn Store>);
        let runs = second.resume_all().await.unwrap();
        let run = match runs.first() {
            Some(run) => run.clone(),
            None => second.runs(false, 1).await.unwrap().first()?.run.clone(),
        };
        Some(ended(&second, &run).await)
    }
}

async fn set_running(store: &MemoryStore, release: Release) {
    let running = Running {
        environment: "local".to_owned(),
        service: "shop".to_owned(),
        release: Some(release),
        run: "earlier".to_owned(),
        since_ms: 0,
    };
    let first = Append {
        run: "earlier".to_owned(),
        epoch: store.epoch(),
        records: vec![],
        head: serde_json::json!({}),
        nodes: vec![],
        ended: true,
        moves_by_ms: None,
        running: vec![running],
    };
    let new = NewRun {
        plan: vec![],
        workflow: "earlier".to_owned(),
        created_ms: -1,
        key: "earlier".to_owned(),
        actor: "ann".to_owned(),
        targets: vec![],
        first,
    };
    store.create(new).await.unwrap();
}

fn submission(plan: &str) -> Submission {
    Submission {
        plan: fixture::plan(plan).to_bytes(),
        parameters: BTreeMap::from([("image".to_owned(), fixture::digest("new").into())]),
        root: "/project".into(),
        actor: Actor { uid: 0, name: "ann".to_owned(), groups: vec![], owner: true },
        key: "key".to_owned(),
        queue: false,
    }
}

async fn ended(engine: &Engine, run: &str) -> RunView {
    let mut view = engine.watch(run).await.unwrap();
    let ended = view.wait_for(|view| view.status.ended()).await;
    ended.unwrap().clone()
}

/// Runs the plan without a loss, then with one at every append, and compares the ends.
async fn sweep(plan: &str, bad: u64, expected: RunStatus) {
    let mut reference = Scene::new(bad).await;
    let view = reference.run(plan, u32::MAX, true).await.unwrap();
    assert_eq!(view.status, expected, "{:?}", view.reason);
    let appends = u32::try_from(reference.store.journal(&view.run, 1, u32::MAX).await.unwrap().len()).unwrap();
    assert!(appends > 5);
    for at in 1..=appends {
        for written in [false, true] {
            let mut scene = Scene::new(bad).await;
            let Some(found) = scene.run(plan, at, written).await else {
                assert!(at == 1 && !written, "the run is lost at append {at}");
                continue;
            };
            let place = format!("{plan}, lost at append {at}, written: {written}: {:?}", found.reason);
            assert_eq!(found.status, expected, "{place}");
            chain_holds(&scene, &found.run).await;
            let (world, wanted) = (scene.world.lock().unwrap(), reference.world.lock().unwrap());
            assert_eq!(world.shares, wanted.shares, "{place}");
            assert_eq!(world.instances, wanted.instances, "{place}");
            assert!(world.took.values().all(|done| done.len() == 1), "{place}: {:?}", world.took);
        }
    }
}

async fn chain_holds(scene: &Scene, run: &str) {
    let journal = scene.store.journal(run, 1, u32::MAX).await.unwrap();
    let mut previous = String::new();
    for (record, seq) in journal.iter().zip(1..) {
        record.verify(&previous, seq).unwrap();
        previous.clone_from(&record.hash);
    }
}

#[tokio::test(start_paused = true)]
async fn a_good_release_is_promoted_whatever_append_is_the_last() {
    sweep("canary", 1, RunStatus::Completed).await;
}

#[tokio::test(start_paused = true)]
async fn a_bad_release_is_brought_back_whatever_append_is_the_last() {
    sweep("canary", 100, RunStatus::RolledBack).await;
}
