//! What runs is looked after while no run is at work on it: in a world in memory, under virtual time.

use crate::world::earlier;
use crate::world::fixture;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::{Config, Engine, Submission};
use machine::care::Care;
use machine::journal::Record;
use machine::ports::BoxFuture;
use machine::ports::clock::Clock;
use machine::ports::provider::{
    Instance, MetricReading, Outcome, Outputs, Probe, Provider, Reading, Request, Sample, SampleRequest, Task,
};
use machine::ports::store::Store;
use machine::signal::{Actor, Signal, SignalKind};
use machine::view::RunStatus;
use machine::{Moment, Run};
use plan::ReleaseId;
use store::memory::MemoryStore;
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

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

/// What is really so.
struct World {
    since: Instant,
    instances: BTreeMap<ReleaseId, Vec<Instance>>,
    /// Release, share and addresses of each route.
    routes: Vec<(ReleaseId, u32, Vec<String>)>,
    next_port: u32,
    /// What a look at the instances says instead of the truth.
    blind: bool,
    /// A defect of the provider: a look ends it as soon as it is asked.
    panics: bool,
    /// Why nothing can be started.
    broken: bool,
    /// Nothing that is asked for is answered, or done.
    hangs: bool,
    performed: Vec<String>,
}

impl World {
    fn ensure(&mut self, release: &ReleaseId, count: u32) -> Outcome {
        if self.broken {
            return Outcome::Failed { retryable: true, message: "the disk is full".to_owned() };
        }
        let there = self.instances.entry(release.clone()).or_default();
        while there.len() < count as usize {
            self.next_port += 1;
            let port = self.next_port;
            there.push(Instance { id: format!("{release}/{port}"), address: format!("127.0.0.1:{port}") });
        }
        Outcome::Done(Outputs::Instances(there.clone()))
    }

    fn perform(&mut self, task: &Task) -> Outcome {
        self.performed.push(kind(task).to_owned());
        match task {
            Task::Ensure { release, instances, .. } => self.ensure(&release.id, *instances),
            Task::Stop { release, .. } => {
                self.instances.remove(&release.id);
                Outcome::Done(Outputs::None)
            }
            Task::Shift { .. } => {
                self.routes = routes(task);
                Outcome::Done(Outputs::None)
            }
            Task::Act { .. } => Outcome::Done(Outputs::None),
        }
    }

    fn observe(&self, task: &Task) -> Result<Option<String>, String> {
        match task {
            Task::Ensure { .. } if self.blind => Err("nobody answers".to_owned()),
            Task::Ensure { release, instances, .. } => {
                let there = self.instances.get(&release.id).map_or(0, Vec::len);
                Ok((there < *instances as usize).then(|| format!("{there} of {instances} instances are there")))
            }
            Task::Shift { .. } => Ok((self.routes != routes(task)).then(|| "its weights differ".to_owned())),
            Task::Stop { .. } | Task::Act { .. } => Ok(None),
        }
    }
}

fn kind(task: &Task) -> &'static str {
    match task {
        Task::Ensure { .. } => "ensure",
        Task::Stop { .. } => "stop",
        Task::Shift { .. } => "shift",
        Task::Act { .. } => "act",
    }
}

fn routes(task: &Task) -> Vec<(ReleaseId, u32, Vec<String>)> {
    let Task::Shift { routes, .. } = task else { return Vec::new() };
    routes.iter().map(|r| (r.release.clone(), r.share.basis_points(), r.backends.clone())).collect()
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
            let text: Vec<String> = journal.iter().map(|record| record.body.to_string()).collect();
            let intended = text.iter().filter(|body| body.contains("intent")).any(|body| body.contains(&request.key));
            assert!(intended, "{} was performed before its intent was durable", request.key);
            let hangs = self.world.lock().unwrap().hangs;
            if hangs {
                std::future::pending::<()>().await;
            }
            self.world.lock().unwrap().perform(&request.task)
        })
    }

    fn probe(&self, request: Request) -> BoxFuture<'_, Probe> {
        let world = self.world.lock().unwrap();
        let probe = match &request.task {
            Task::Ensure { release, .. } if !world.blind => {
                Probe::Took(Outputs::Instances(world.instances.get(&release.id).cloned().unwrap_or_default()))
            }
            _ => Probe::DidNot,
        };
        Box::pin(std::future::ready(probe))
    }

    fn observe(&self, request: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        let panics = self.world.lock().unwrap().panics;
        assert!(!panics, "a defect of this provider");
        let answer = self.world.lock().unwrap().observe(&request.task);
        Box::pin(std::future::ready(answer))
    }

    fn sample(&self, request: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        let total = u64::try_from(self.world.lock().unwrap().since.elapsed().as_millis()).unwrap() * 20;
        let metrics: BTreeMap<_, _> =
            request.metrics.into_keys().map(|metric| (metric, MetricReading::ratio(0, total))).collect();
        let reading = Reading { requests: total, metrics };
        let releases = ["old", "new", "newer"].map(|name| (fixture::release(name).id, reading.clone()));
        let at_ms = request.asked_ms;
        Box::pin(async move {
            Ok(Sample { incarnation: "world".to_owned(), at_ms, releases: releases.into(), arms: BTreeMap::new() })
        })
    }
}

/// An engine whose run has brought `new` to all traffic.
struct Scene {
    world: Arc<Mutex<World>>,
    store: Arc<MemoryStore>,
    engine: Engine,
    run: String,
}

impl Scene {
    async fn new() -> Self {
        let world = World {
            since: Instant::now(),
            instances: BTreeMap::new(),
            routes: Vec::new(),
            next_port: 0,
            blind: false,
            panics: false,
            broken: false,
            hangs: false,
            performed: Vec::new(),
        };
        let store = Arc::new(MemoryStore::new());
        earlier::set_running(&*store, fixture::release("old")).await;
        let world = Arc::new(Mutex::new(world));
        let engine = engine(&world, &store);
        let run = engine.submit(submission("new")).await.unwrap();
        let scene = Self { world, store, engine, run };
        assert_eq!(scene.ended(&scene.run).await, RunStatus::Completed);
        scene.world.lock().unwrap().performed.clear();
        scene
    }

    async fn ended(&self, run: &str) -> RunStatus {
        let mut view = self.engine.watch(run).await.unwrap();
        view.wait_for(|view| view.status.ended()).await.unwrap().status
    }

    fn meddle(&self, change: impl FnOnce(&mut World)) {
        change(&mut self.world.lock().unwrap());
    }

    fn performed(&self) -> Vec<String> {
        self.world.lock().unwrap().performed.clone()
    }

    async fn records(&self) -> Vec<Record> {
        self.store.journal(&self.run, 1, u32::MAX).await.unwrap()
    }

    /// What was recorded of care, in words.
    async fn care(&self) -> Vec<String> {
        let cared = self.records().await.into_iter().filter_map(|record| Care::of_body(&record.body));
        cared.map(words).collect()
    }

    fn concern(&self) -> Option<String> {
        self.engine.concerns().borrow().values().next().map(|concern| concern.words.clone())
    }

    async fn chain_holds(&self) {
        let mut previous = String::new();
        for (record, seq) in self.records().await.iter().zip(1..) {
            record.verify(&previous, seq).unwrap();
            previous.clone_from(&record.hash);
        }
        let anchor = self.store.anchors(1, u32::MAX).await.unwrap().into_iter().rfind(|anchor| anchor.run == self.run);
        assert_eq!(anchor.unwrap().last_hash, previous, "the end of the journal is anchored");
        let plan = Arc::new(fixture::plan("canary"));
        assert!(Run::replay(plan, &self.records().await).unwrap().head().status.ended(), "care changes no run");
    }
}

fn words(care: Care) -> String {
    match care {
        Care::Observed { drift, .. } => format!("observed: {drift}"),
        Care::Intent { request, .. } => format!("intent: {}", kind(&request.task)),
        Care::Outcome { outcome: Outcome::Done(_), .. } => "done".to_owned(),
        Care::Outcome { outcome: Outcome::Failed { message, .. } | Outcome::Unknown { message }, .. } => message,
    }
}

fn engine(world: &Arc<Mutex<World>>, store: &Arc<MemoryStore>) -> Engine {
    let provider = |name| {
        let (world, store) = (Arc::clone(world), Arc::clone(store));
        Arc::new(InWorld { name, world, store }) as Arc<dyn Provider>
    };
    let providers = vec![provider("compute"), provider("traffic"), provider("exec")];
    let store = Arc::clone(store) as Arc<dyn Store>;
    Engine::new(Config { store, providers, clock: Arc::new(VirtualClock(Instant::now())) })
}

fn ann() -> Actor {
    Actor { uid: 0, name: "ann".to_owned(), groups: vec![], owner: true }
}

fn submission(image: &str) -> Submission {
    Submission {
        plan: fixture::plan("canary").to_bytes(),
        parameters: BTreeMap::from([("image".to_owned(), fixture::digest(image).into())]),
        root: "/project".into(),
        actor: ann(),
        key: image.to_owned(),
        queue: false,
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_as_it_was_left_is_not_touched() {
    let scene = Scene::new().await;
    let before = scene.records().await.len();
    scene.engine.look_after();
    tokio::time::sleep(10 * MINUTE).await;
    assert_eq!(scene.records().await.len(), before);
    assert!(scene.performed().is_empty());
    assert_eq!(scene.concern(), None);
}

#[tokio::test(start_paused = true)]
async fn after_a_reboot_instances_come_back_before_their_traffic() {
    let scene = Scene::new().await;
    scene.meddle(|world| {
        world.instances.clear();
        world.routes.clear();
    });
    scene.engine.look_after();
    tokio::time::sleep(MINUTE).await;
    assert_eq!(scene.performed(), ["ensure", "shift"]);
    let care = scene.care().await;
    let first = ["observed: 0 of 2 instances are there", "intent: ensure", "done"];
    assert_eq!(care, [first, ["observed: its weights differ", "intent: shift", "done"]].concat());
    scene.chain_holds().await;
    let world = scene.world.lock().unwrap();
    let (release, share, backends) = world.routes[0].clone();
    let addresses: Vec<String> = world.instances[&release].iter().map(|i| i.address.clone()).collect();
    assert_eq!((share, backends), (10_000, addresses));
    assert_eq!(scene.engine.concerns().borrow().len(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_mending_whose_answer_was_lost_is_closed_and_looked_at_again() {
    let scene = Scene::new().await;
    scene.meddle(|world| {
        world.instances.clear();
        world.hangs = true;
    });
    scene.engine.look_after();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(scene.care().await, ["observed: 0 of 2 instances are there", "intent: ensure"]);
    scene.meddle(|world| world.hangs = false);
    // The first engine is as good as killed: its appends are fenced off.
    let store = Arc::new(scene.store.reopen());
    let second = engine(&scene.world, &store);
    for _ in 0..2 {
        second.resume_all().await.unwrap();
    }
    let lost = "the runtime was stopped before the answer came; what runs is looked at again";
    let scene = Scene { engine: second, store, ..scene };
    assert_eq!(scene.care().await[2..], [lost]);
    scene.engine.look_after();
    tokio::time::sleep(MINUTE).await;
    assert_eq!(scene.care().await[3..6], ["observed: 0 of 2 instances are there", "intent: ensure", "done"]);
    let keys = |care: Option<Care>| match care {
        Some(Care::Intent { request, .. }) => Some(request.key),
        Some(Care::Outcome { key, .. }) => Some(key),
        _ => None,
    };
    let keys: Vec<String> = scene.records().await.iter().filter_map(|r| keys(Care::of_body(&r.body))).collect();
    assert!(keys[0] == keys[1] && keys[2] == keys[3] && keys[0] != keys[2], "{keys:?}");
    scene.chain_holds().await;
}

#[tokio::test(start_paused = true)]
async fn weights_changed_by_hand_are_set_back() {
    let scene = Scene::new().await;
    scene.engine.look_after();
    tokio::time::sleep(MINUTE).await;
    let before = scene.world.lock().unwrap().routes.clone();
    scene.meddle(|world| world.routes[0].1 = 1);
    tokio::time::sleep(MINUTE).await;
    assert_eq!(scene.performed(), ["shift"]);
    assert_eq!(scene.world.lock().unwrap().routes, before);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_mended_is_tried_a_few_times_and_reported() {
    let scene = Scene::new().await;
    scene.meddle(|world| {
        world.instances.clear();
        world.broken = true;
    });
    scene.engine.look_after();
    tokio::time::sleep(MINUTE / 4).await;
    let concern = scene.concern().unwrap();
    assert!(concern.starts_with("`shop` in `local`: 0 of 2 instances are there; mending it failed: the disk is full"));
    assert!(concern.ends_with("it is tried again later"), "{concern}");
    tokio::time::sleep(600 * MINUTE).await;
    assert_eq!(scene.performed().len(), 6);
    assert_eq!(scene.care().await.len(), 18);
    let concern = scene.concern().unwrap();
    assert!(concern.contains("6 attempts were made and no further one is"), "{concern}");
    scene.chain_holds().await;
    // A person removes the cause: what is well is not reported any more.
    scene.meddle(|world| {
        world.broken = false;
        world.ensure(&fixture::release("new").id, 2);
        let backends = world.instances[&fixture::release("new").id].iter().map(|i| i.address.clone()).collect();
        world.routes[0].2 = backends;
    });
    tokio::time::sleep(MINUTE).await;
    assert_eq!(scene.concern(), None);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_told_is_reported_and_not_journalled() {
    let scene = Scene::new().await;
    scene.meddle(|world| world.blind = true);
    scene.engine.look_after();
    tokio::time::sleep(10 * MINUTE).await;
    assert_eq!(scene.concern().as_deref(), Some("`shop` in `local`: nobody answers"));
    assert!(scene.care().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_breaks_off_does_not_end_the_care() {
    let scene = Scene::new().await;
    scene.meddle(|world| {
        world.panics = true;
        world.instances.clear();
    });
    scene.engine.look_after();
    tokio::time::sleep(2 * MINUTE).await;
    let concern = scene.concern().unwrap();
    assert!(concern.contains("provider `compute` broke off without an answer"), "{concern}");
    scene.meddle(|world| world.panics = false);
    tokio::time::sleep(2 * MINUTE).await;
    assert_eq!(scene.performed(), ["ensure", "shift"]);
    assert_eq!(scene.concern(), None);
}

#[tokio::test(start_paused = true)]
async fn after_an_unsafe_end_a_person_decides() {
    let scene = Scene::new().await;
    // The way back cannot have the running release ready, and ends unsafe.
    let run = holding(&scene).await;
    scene.meddle(|world| world.broken = true);
    let abort = Signal { key: "abort".to_owned(), actor: ann(), reason: None, kind: SignalKind::Abort };
    scene.engine.signal(&run, abort).await.unwrap();
    assert_eq!(scene.ended(&run).await, RunStatus::Unsafe);
    scene.meddle(|world| {
        world.broken = false;
        world.instances.clear();
        world.performed.clear();
    });
    scene.engine.look_after();
    tokio::time::sleep(10 * MINUTE).await;
    assert!(scene.performed().is_empty());
    let concern = scene.concern().unwrap();
    assert!(concern.contains(&format!("the last run on it, {run}, ended unsafe: a person decides")), "{concern}");
}

/// The events and intents of a run, in words, apart from looks at its gate.
async fn told(scene: &Scene, run: &str) -> Vec<String> {
    let records = scene.store.journal(run, 1, u32::MAX).await.unwrap();
    let word = |record: &Record| match (&record.body["event"], &record.body["intent"]["node"]) {
        (serde_json::Value::String(event), _) if event == "judged" => None,
        (serde_json::Value::String(event), _) => Some(event.clone()),
        (_, node) => node.as_str().map(|node| format!("intent {}", node.rsplit('/').next().unwrap())),
    };
    records.iter().filter_map(word).collect()
}

/// A second run that holds its first stage, paused.
async fn holding(scene: &Scene) -> String {
    let run = scene.engine.submit(submission("newer")).await.unwrap();
    let mut view = scene.engine.watch(&run).await.unwrap();
    let holds = |view: &machine::view::RunView| view.rollouts[0].stages.iter().any(|stage| stage.evidence.is_some());
    view.wait_for(holds).await.unwrap();
    let pause = Signal { key: "pause".to_owned(), actor: ann(), reason: None, kind: SignalKind::Pause };
    scene.engine.signal(&run, pause).await.unwrap();
    // Until its time is over too, and nothing but a person is waited for.
    tokio::time::sleep(MINUTE).await;
    run
}

#[tokio::test(start_paused = true)]
async fn a_run_whose_world_is_as_it_should_be_journals_no_look_at_it() {
    let scene = Scene::new().await;
    let run = holding(&scene).await;
    let before = told(&scene, &run).await;
    tokio::time::sleep(10 * MINUTE).await;
    assert_eq!(told(&scene, &run).await, before);
}

#[tokio::test(start_paused = true)]
async fn a_run_mends_what_the_world_does_not_show_any_more() {
    let scene = Scene::new().await;
    let run = holding(&scene).await;
    let before = told(&scene, &run).await.len();
    let newer = fixture::release("newer").id;
    scene.meddle(|world| drop(world.instances.remove(&newer)));
    tokio::time::sleep(MINUTE).await;
    let mended = told(&scene, &run).await.split_off(before);
    let started = ["observed", "intent start", "performed", "intent shift", "performed"];
    assert_eq!(mended, started, "the routes follow the new addresses");
    {
        let world = scene.world.lock().unwrap();
        let route = world.routes.iter().find(|(release, ..)| *release == newer).unwrap();
        assert_eq!((route.1, &route.2), (500, &vec![world.instances[&newer][0].address.clone()]));
    }
    scene.meddle(|world| world.routes[0].1 = 9_999);
    tokio::time::sleep(MINUTE).await;
    let mended = told(&scene, &run).await.split_off(before + started.len());
    assert_eq!(mended, ["observed", "intent shift", "performed"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_run_cannot_tell_of_its_world_is_reported_once() {
    let scene = Scene::new().await;
    let run = holding(&scene).await;
    let before = told(&scene, &run).await;
    scene.meddle(|world| world.blind = true);
    tokio::time::sleep(10 * MINUTE).await;
    assert_eq!(told(&scene, &run).await, before);
    let concern = scene.concern().unwrap();
    assert_eq!(concern, format!("run {run} goes on, but nobody answers"));
    scene.meddle(|world| world.blind = false);
    tokio::time::sleep(MINUTE).await;
    assert_eq!(scene.concern(), None);
}

#[tokio::test(start_paused = true)]
async fn a_run_looks_at_its_world_as_soon_as_it_is_taken_up() {
    let mut scene = Scene::new().await;
    let run = holding(&scene).await;
    scene.engine.stop().await;
    scene.meddle(|world| world.routes[0].1 = 9_999);
    scene.store = Arc::new(scene.store.reopen());
    scene.engine = engine(&scene.world, &scene.store);
    let before = told(&scene, &run).await.len();
    assert_eq!(scene.engine.resume_all().await.unwrap(), std::slice::from_ref(&run));
    tokio::time::sleep(MINUTE / 60).await;
    let mended = told(&scene, &run).await.split_off(before);
    assert_eq!(mended, ["resumed", "observed", "intent shift", "performed"]);
}

#[tokio::test(start_paused = true)]
async fn a_run_under_way_has_its_place_to_itself() {
    let scene = Scene::new().await;
    holding(&scene).await;
    scene.engine.look_after();
    tokio::time::sleep(10 * MINUTE).await;
    assert!(scene.care().await.is_empty(), "the keeper does nothing for the run before");
    assert_eq!(scene.concern(), None);
}

#[tokio::test(start_paused = true)]
async fn the_keeper_ends_with_the_engine() {
    let scene = Scene::new().await;
    scene.engine.look_after();
    tokio::time::sleep(MINUTE).await;
    scene.engine.stop().await;
    scene.meddle(|world| world.instances.clear());
    tokio::time::sleep(10 * MINUTE).await;
    assert!(scene.performed().is_empty());
}
