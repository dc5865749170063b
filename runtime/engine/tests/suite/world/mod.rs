//! A world in memory under virtual time: releases, traffic, and what took effect, whoever asks.

#![allow(dead_code, reason = "shared by tests that each need a part")]

pub(crate) mod counted;
pub(crate) mod earlier;
#[path = "../../../../machine/tests/suite/fixture/mod.rs"]
pub(crate) mod fixture;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub(crate) use earlier::set_running;
use engine::{Config, Engine, Submission};
use machine::Moment;
use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::clock::Clock;
use machine::ports::provider::{
    Instance, MetricReading, Outcome, Outputs, Probe, Provider, Reading, Request, Sample, SampleRequest, Task,
};
use machine::ports::store::Store;
use machine::signal::Actor;
use machine::view::RunView;
use plan::{Release, ReleaseId};
use store::memory::MemoryStore;
use tokio::time::Instant;

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
pub(crate) struct World {
    pub(crate) since: Instant,
    pub(crate) shares: BTreeMap<ReleaseId, u64>,
    pub(crate) counters: BTreeMap<ReleaseId, (u64, u64)>,
    /// Bad requests in a thousand, by release.
    pub(crate) bad: BTreeMap<ReleaseId, u64>,
    pub(crate) instances: BTreeMap<ReleaseId, u32>,
    /// Keys that took effect, with what they did.
    pub(crate) took: BTreeMap<String, Vec<String>>,
    /// Epoch and sequence of the latest request.
    pub(crate) latest: (u64, u64),
    /// How long an effect takes, in milliseconds; it takes effect after half of that.
    pub(crate) effect_ms: u64,
    /// How what is looked at differs from what it was made, if it does.
    pub(crate) drift: Option<String>,
    /// How often each key was performed.
    pub(crate) performed: BTreeMap<String, u32>,
    /// Runs of which everything was ended.
    pub(crate) ended: BTreeSet<String>,
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
        *self.performed.entry(request.key.clone()).or_default() += 1;
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
    store: Arc<dyn Store>,
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
            let half = Duration::from_millis(self.world.lock().unwrap().effect_ms / 2);
            tokio::time::sleep(half).await;
            let outcome = self.world.lock().unwrap().perform(request);
            tokio::time::sleep(half).await;
            outcome
        })
    }

    fn end(&self, run: String) -> BoxFuture<'_, Result<(), String>> {
        self.world.lock().unwrap().ended.insert(run);
        Box::pin(async { Ok(()) })
    }

    fn probe(&self, request: Request) -> BoxFuture<'_, Probe> {
        Box::pin(async move {
            let took = self.world.lock().unwrap().took.contains_key(&request.key);
            if took { Probe::Took(Outputs::None) } else { Probe::DidNot }
        })
    }

    fn observe(&self, _: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        let drift = self.world.lock().unwrap().drift.clone();
        Box::pin(async { Ok(drift) })
    }

    fn sample(&self, request: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        Box::pin(async move {
            let mut world = self.world.lock().unwrap();
            world.settle();
            let reading = |(total, bad): &(u64, u64)| Reading {
                requests: *total,
                metrics: request.metrics.keys().map(|m| (m.clone(), MetricReading::ratio(*bad, *total))).collect(),
            };
            let releases = world.counters.iter().map(|(id, counts)| (id.clone(), reading(counts))).collect();
            Ok(Sample { incarnation: "world".to_owned(), at_ms: request.asked_ms, releases, arms: BTreeMap::new() })
        })
    }
}

pub(crate) struct Scene {
    pub(crate) world: Arc<Mutex<World>>,
    pub(crate) store: Arc<MemoryStore>,
    pub(crate) clock: Arc<dyn Clock>,
}

fn incoming() -> Release {
    fixture::release("new")
}

impl Scene {
    /// `old` runs with all traffic; `new` has this many bad requests in a thousand.
    pub(crate) async fn new(bad: u64) -> Self {
        let old = fixture::release("old");
        let world = World {
            since: Instant::now(),
            shares: BTreeMap::from([(old.id.clone(), 10_000)]),
            counters: BTreeMap::new(),
            bad: BTreeMap::from([(incoming().id, bad)]),
            instances: BTreeMap::from([(old.id.clone(), 2)]),
            took: BTreeMap::new(),
            latest: (0, 0),
            effect_ms: 0,
            drift: None,
            performed: BTreeMap::new(),
            ended: BTreeSet::new(),
        };
        let store = MemoryStore::new();
        set_running(&store, old).await;
        Self {
            world: Arc::new(Mutex::new(world)),
            store: Arc::new(store),
            clock: Arc::new(VirtualClock(Instant::now())),
        }
    }

    pub(crate) fn engine(&self, store: Arc<dyn Store>) -> Engine {
        let provider = |name| {
            let (world, store) = (Arc::clone(&self.world), Arc::clone(&store));
            Arc::new(InWorld { name, world, store }) as Arc<dyn Provider>
        };
        let providers = vec![provider("compute"), provider("traffic"), provider("exec")];
        Engine::new(Config { store, providers, clock: Arc::clone(&self.clock) })
    }
}

pub(crate) fn submission(plan: &str) -> Submission {
    Submission {
        plan: fixture::plan(plan).to_bytes(),
        parameters: BTreeMap::from([("image".to_owned(), fixture::digest("new").into())]),
        root: "/project".into(),
        actor: Actor { uid: 0, name: "ann".to_owned(), groups: vec![], owner: true },
        key: "key".to_owned(),
        queue: false,
    }
}

pub(crate) async fn ended(engine: &Engine, run: &str) -> RunView {
    let mut view = engine.watch(run).await.unwrap();
    let ended = view.wait_for(|view| view.status.ended()).await;
    ended.unwrap().clone()
}

pub(crate) async fn chain_holds(scene: &Scene, run: &str) {
    let journal = scene.store.journal(run, 1, u32::MAX).await.unwrap();
    let mut previous = String::new();
    for (record, seq) in journal.iter().zip(1..) {
        record.verify(&previous, seq).unwrap();
        previous.clone_from(&record.hash);
    }
}
