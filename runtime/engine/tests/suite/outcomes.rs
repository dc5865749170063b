//! Answers that are lost, late or given twice, for effects of every class, under virtual time. The judge is a receiver
//! with its own log, which remembers its latest request and refuses earlier ones, as every receiver should.

use crate::world::fixture;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::{Config, Engine, SignalError, Submission};
use machine::Moment;
use machine::ports::BoxFuture;
use machine::ports::clock::Clock;
use machine::ports::provider::{Outcome, Outputs, Probe, Provider, Request, Sample, SampleRequest};
use machine::ports::store::Store;
use machine::signal::{Actor, Signal, SignalKind};
use machine::view::{RunStatus, RunView};
use plan::Plan;
use store::memory::MemoryStore;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep};

/// How long an answer is waited for in the fixture's plans, in milliseconds.
const DEADLINE_MS: u64 = 1_000;

struct VirtualClock(Instant);

impl Clock for VirtualClock {
    fn now(&self) -> Moment {
        let ms = u64::try_from(self.0.elapsed().as_millis()).unwrap();
        Moment { wall_ms: i64::try_from(ms).unwrap(), boot: "boot".to_owned(), boot_ms: ms }
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        Box::pin(sleep(Duration::from_millis(ms)))
    }
}

/// What becomes of a request; times are in milliseconds after it.
#[derive(Clone, Copy, Default)]
struct Fate {
    /// When it takes effect.
    lands: Option<u64>,
    /// When it is delivered a second time.
    again: Option<u64>,
    /// When it is answered.
    answers: Option<u64>,
    /// Whether the runtime is lost meanwhile.
    crash: bool,
}

const HEALTHY: Fate = Fate { lands: Some(0), again: None, answers: Some(0), crash: false };

/// What becomes of a probe.
#[derive(Clone, Copy)]
enum ProbeFate {
    Tells,
    CannotTell,
    Hangs,
    /// Tells after this many milliseconds.
    Late(u64),
}

/// The world behind the provider.
struct Receiver {
    since: Instant,
    fates: Mutex<VecDeque<Fate>>,
    probe: ProbeFate,
    state: Mutex<State>,
    crash: Notify,
}

#[derive(Default)]
struct State {
    /// Epoch and sequence of the latest request that was let in.
    latest: (u64, u64),
    /// Keys that took effect, in order.
    effects: Vec<String>,
    /// When probes were asked, in milliseconds since the beginning.
    probes: Vec<u128>,
}

impl Receiver {
    fn land(&self, request: &Request) {
        let mut state = self.state.lock().unwrap();
        let place = (request.epoch, request.sequence);
        if state.latest < place {
            state.latest = place;
            state.effects.push(request.key.clone());
        }
    }

    fn tell(&self, request: &Request) -> Probe {
        let took = self.state.lock().unwrap().effects.contains(&request.key);
        if took { Probe::Took(Outputs::None) } else { Probe::DidNot }
    }
}

/// The way to the receiver: what was sent goes on when nobody waits for it any more.
struct Line(Arc<Receiver>);

impl Provider for Line {
    fn name(&self) -> &'static str {
        "exec"
    }

    fn preflight(&self, _: Request) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }

    fn perform(&self, request: Request) -> BoxFuture<'_, Outcome> {
        Box::pin(async move {
            let fate = self.0.fates.lock().unwrap().pop_front().unwrap_or(HEALTHY);
            for delay in [fate.lands, fate.again].into_iter().flatten() {
                let (receiver, request) = (Arc::clone(&self.0), request.clone());
                tokio::spawn(async move {
                    sleep(Duration::from_millis(delay)).await;
                    receiver.land(&request);
                });
            }
            if fate.crash {
                // A request without delay is there before the runtime is lost.
                tokio::task::yield_now().await;
                sleep(Duration::from_millis(1)).await;
                self.0.crash.notify_one();
            }
            match fate.answers {
                Some(delay) => sleep(Duration::from_millis(delay + 1)).await,
                None => std::future::pending().await,
            }
            Outcome::Done(Outputs::None)
        })
    }

    fn probe(&self, request: Request) -> BoxFuture<'_, Probe> {
        Box::pin(async move {
            self.0.state.lock().unwrap().probes.push(self.0.since.elapsed().as_millis());
            match self.0.probe {
                ProbeFate::Tells => {}
                ProbeFate::CannotTell => return Probe::CannotTell("the books are closed".to_owned()),
                ProbeFate::Hangs => std::future::pending().await,
                ProbeFate::Late(delay) => sleep(Duration::from_millis(delay)).await,
            }
            self.0.tell(&request)
        })
    }

    fn observe(&self, _: Request) -> BoxFuture<'_, Result<Option<String>, String>> {
        Box::pin(async { Ok(None) })
    }

    fn sample(&self, _: SampleRequest) -> BoxFuture<'_, Result<Sample, String>> {
        Box::pin(async { Err("nothing is counted".to_owned()) })
    }
}

/// The fixture's action of one class, alone.
fn plan_of(class: &str) -> Plan {
    let mut body = fixture::plan("actions").body;
    body.nodes.retain(|node| node.id.0.ends_with(class));
    body.nodes.iter_mut().for_each(|node| node.after.clear());
    Plan::new(body, BTreeMap::new())
}

fn engine(store: &Arc<MemoryStore>, receiver: &Arc<Receiver>) -> Engine {
    let clock = Arc::new(VirtualClock(receiver.since));
    let providers: Vec<Arc<dyn Provider>> = vec![Arc::new(Line(Arc::clone(receiver)))];
    Engine::new(Config { store: Arc::clone(store) as Arc<dyn Store>, providers, clock })
}

/// Where a run came to rest, and what the receiver's log says.
struct Rest {
    view: RunView,
    effects: Vec<String>,
    probes: Vec<u128>,
    /// The engine that carries the run, and the world.
    engine: Engine,
    receiver: Arc<Receiver>,
}

impl Rest {
    /// A person says something to the run.
    async fn say(&self, kind: SignalKind, reason: &str) -> Result<String, SignalError> {
        let signal = Signal { key: format!("{kind:?}"), actor: ann(), kind, reason: Some(reason.to_owned()) };
        self.engine.signal(&self.view.run, signal).await
    }

    /// Waits until the run has ended; how, and how many hours after its beginning.
    async fn end(&self) -> (RunStatus, u64) {
        let mut views = self.engine.watch(&self.view.run).await.unwrap();
        let ended = tokio::time::timeout(Duration::from_secs(100 * 3_600), views.wait_for(|view| view.status.ended()));
        let status = ended.await.expect("the run ends").unwrap().status;
        (status, self.receiver.since.elapsed().as_secs() / 3_600)
    }

    fn effects_now(&self) -> Vec<String> {
        self.receiver.state.lock().unwrap().effects.clone()
    }
}

/// Runs one action whose first request has this fate, until the run ends or waits for a person.
async fn rest(class: &str, fate: Fate, probe: ProbeFate) -> Rest {
    let receiver = Arc::new(Receiver {
        since: Instant::now(),
        fates: Mutex::new([fate].into()),
        probe,
        state: Mutex::default(),
        crash: Notify::new(),
    });
    let store = Arc::new(MemoryStore::new());
    let mut engine = engine(&store, &receiver);
    let run = engine.submit(submission(&plan_of(class))).await.unwrap();
    if fate.crash {
        receiver.crash.notified().await;
        engine = self::engine(&Arc::new(store.reopen()), &receiver);
        assert_eq!(engine.resume_all().await.unwrap(), std::slice::from_ref(&run));
    }
    let mut views = engine.watch(&run).await.unwrap();
    let at_rest = views.wait_for(|view| view.status.ended() || !view.waiting.is_empty());
    let view = tokio::time::timeout(Duration::from_secs(3_600), at_rest).await.expect("the run comes to rest");
    let view = view.unwrap().clone();
    // Whatever is still on its way arrives.
    sleep(Duration::from_secs(60)).await;
    let (effects, probes) = {
        let state = receiver.state.lock().unwrap();
        (state.effects.clone(), state.probes.clone())
    };
    Rest { view, effects, probes, engine, receiver }
}

fn ann() -> Actor {
    Actor { uid: 0, name: "ann".to_owned(), groups: vec![], owner: true }
}

fn submission(plan: &Plan) -> Submission {
    Submission {
        plan: plan.to_bytes(),
        parameters: BTreeMap::from([("image".to_owned(), fixture::digest("new").into())]),
        root: "/project".into(),
        actor: ann(),
        key: "key".to_owned(),
        queue: false,
    }
}

/// A fate and its name; by class how often the effect takes place, and whether a person must decide.
struct Case {
    name: &'static str,
    fate: Fate,
    /// Effects of the idempotent, the probeable and the once-only action.
    effects: [usize; 3],
    /// Whether the once-only one waits for a person.
    waits: bool,
}

#[rustfmt::skip]
const CASES: [Case; 9] = [
    Case { name: "all is well", fate: HEALTHY, effects: [1, 1, 1], waits: false },
    Case { name: "lost before the effect", fate: Fate { lands: None, again: None, answers: None, crash: true }, effects: [1, 1, 0], waits: true },
    Case { name: "lost after the effect", fate: Fate { lands: Some(0), again: None, answers: None, crash: true }, effects: [2, 1, 1], waits: true },
    Case { name: "never answered, took effect", fate: Fate { lands: Some(0), again: None, answers: None, crash: false }, effects: [2, 1, 1], waits: true },
    Case { name: "never answered, took none", fate: Fate { lands: None, again: None, answers: None, crash: false }, effects: [1, 1, 0], waits: true },
    Case { name: "answered after the deadline", fate: Fate { lands: Some(0), again: None, answers: Some(DEADLINE_MS + 500), crash: false }, effects: [2, 1, 1], waits: true },
    // Done again at once, the idempotent one overtakes what is still on its way, which is then refused.
    Case { name: "lands after the runtime is back", fate: Fate { lands: Some(DEADLINE_MS - 100), again: None, answers: None, crash: true }, effects: [1, 1, 1], waits: true },
    // The new request was let in first.
    Case { name: "lands long after the deadline", fate: Fate { lands: Some(DEADLINE_MS + 500), again: None, answers: None, crash: false }, effects: [1, 1, 1], waits: true },
    Case { name: "delivered and answered twice", fate: Fate { lands: Some(0), again: Some(50), answers: Some(20), crash: false }, effects: [1, 1, 1], waits: false },
];

#[tokio::test(start_paused = true)]
async fn nothing_is_lost_and_nothing_done_twice() {
    for case in &CASES {
        for (class, expected) in ["again", "asked", "once"].into_iter().zip(case.effects) {
            let found = rest(class, case.fate, ProbeFate::Tells).await;
            let place = format!("{class}, {}: {:?}", case.name, found.effects);
            assert_eq!(found.effects.len(), expected, "{place}");
            if class == "again" {
                assert!(found.effects.iter().all(|key| *key == found.effects[0]), "{place}");
            }
            let waits = class == "once" && case.waits;
            assert_eq!(!found.view.waiting.is_empty(), waits, "{place}");
            assert_eq!(found.view.status == RunStatus::Completed, !waits, "{place}: {:?}", found.view.status);
            assert!(found.probes.iter().all(|at| *at >= u128::from(DEADLINE_MS)), "asked too early, {place}");
            assert_eq!(found.probes.len(), usize::from(class == "asked" && case.waits), "{place}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_does_not_tell_in_time_leaves_it_to_a_person() {
    let lost = Fate { lands: Some(0), ..Fate::default() };
    for (probe, known) in [
        (ProbeFate::CannotTell, "the books are closed"),
        (ProbeFate::Hangs, "did not answer the probe"),
        (ProbeFate::Late(40_000), "did not answer the probe"),
    ] {
        let found = rest("asked", lost, probe).await;
        assert_eq!(found.effects.len(), 1);
        let question = serde_json::to_string(&found.view.waiting).unwrap();
        assert!(question.contains(known), "{question}");
    }
    let found = rest("asked", lost, ProbeFate::Late(20_000)).await;
    assert_eq!((found.view.status, found.effects.len()), (RunStatus::Completed, 1));
}

/// A once-only effect whose answer was lost, with or without the effect.
async fn undecided(lands: Option<u64>) -> Rest {
    let found = rest("once", Fate { lands, ..Fate::default() }, ProbeFate::Tells).await;
    let [waiting] = found.view.waiting.as_slice() else { panic!("{:?}", found.view) };
    let asked = waiting.asked.as_ref().expect("it says what was asked");
    assert!(asked.key.ends_with("/release/once/1"), "{asked:?}");
    assert!(waiting.answers.iter().any(|answer| answer.contains("retry")), "{:?}", waiting.answers);
    assert!(waiting.answers.iter().any(|answer| answer.contains("skip")), "{:?}", waiting.answers);
    found
}

#[tokio::test(start_paused = true)]
async fn a_person_has_it_done_again_under_another_key() {
    let found = undecided(None).await;
    found.say(SignalKind::Retry { step: None }, "the bank has no trace of it").await.unwrap();
    assert_eq!(found.end().await.0, RunStatus::Completed);
    let effects = found.effects_now();
    assert!(effects.len() == 1 && effects[0].ends_with("/release/once/2"), "{effects:?}");
}

#[tokio::test(start_paused = true)]
async fn a_person_takes_it_as_done_for_a_reason() {
    let found = undecided(Some(0)).await;
    found.say(SignalKind::Skip { step: None }, "").await.unwrap_err();
    found.say(SignalKind::Skip { step: None }, "the bank has it").await.unwrap();
    assert_eq!(found.end().await.0, RunStatus::Completed);
    assert_eq!(found.effects_now(), found.effects);
}

#[tokio::test(start_paused = true)]
async fn nobody_decides_and_the_run_goes_back() {
    let found = undecided(Some(0)).await;
    assert_eq!(found.end().await, (RunStatus::Failed, 24));
    let found = undecided(Some(0)).await;
    found.say(SignalKind::Extend { step: None, by_ms: 36 * 3_600_000 }, "the bank is closed").await.unwrap();
    assert_eq!(found.end().await, (RunStatus::Failed, 60));
    assert_eq!(found.effects_now().len(), 1, "it is not done again");
}
