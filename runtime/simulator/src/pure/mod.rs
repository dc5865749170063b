//! The pure driver: the machine under an event loop of its own, on virtual time, with no thread and no task.
//!
//! It does what the engine does, in the same order: an event moves the machine, becomes durable, and only then its
//! actions are performed.

mod append;
mod ask;
mod lasting;
mod looks;
mod perform;
mod persons;
mod scripted;
mod turn;
mod workers;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::sync::Arc;

use fastrand::Rng;
use machine::Source;
use machine::event::Event;
use machine::ports::provider::{Request, Sample};
use machine::{Action, Moment};

use crate::case::Case;
use crate::fault::Kind;
use crate::history::History;
use crate::injector::Injector;
use crate::schedule::Schedule;
use crate::script::{Play, Script};
use workers::Worker;

/// The clock on the wall when a schedule begins: 2026-01-01, UTC milliseconds.
pub const WALL_MS: i64 = 1_767_225_600_000;

/// Steps of the loop after which a run is taken to be stuck, and further ones for each step of the plan.
const STEPS_MAX: u32 = 20_000;
const STEPS_MAX_EACH: u32 = 40;

/// The same for a script, whose gates are looked at more often.
const SCRIPTED_STEPS_MAX: u32 = 1_000_000;

/// How much is kept of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Depth {
    /// What the world shows: enough to prove something about a plan.
    Ends,
    /// Also rows after each event and sealed records, from which runs are taken up: to prove something about the machine.
    Whole,
}

/// What is due at some time.
enum Due {
    /// A request takes effect.
    Land { worker: usize, slot: u32, request: Arc<Request>, then: Then },
    /// A worker hears of something.
    Hear { worker: usize, event: Event, felt: Option<(Kind, u32)>, effect: bool },
    /// A provider is asked whether a request took effect.
    Probe { worker: usize, slot: u32, request: Arc<Request> },
    /// A provider has seen a request to its end.
    Settle { worker: usize, slot: u32, request: Arc<Request> },
    /// What runs is looked up.
    LookUp { worker: usize, slot: u32, environment: String, service: String },
    /// Counters are read for a window that begins.
    Open { worker: usize, slot: u32, source: Option<Source> },
    /// A gate is looked at; the last time if not `again`.
    Look { worker: usize, slot: u32, source: Option<Source>, again: Option<Again> },
    /// A timer.
    Wake { worker: usize, slot: u32, since: Moment, after_ms: u64 },
    /// A timer of the clock on the wall.
    WakeAt { worker: usize, slot: u32, at_ms: i64 },
    /// The world is compared with what the run did.
    Observe { worker: usize, left: u32 },
    /// Somebody comes to look at a step.
    Person { slot: u32, number: u32 },
    /// Somebody lets a paused run go on.
    LetGoOn,
    /// A worker that was told to stop ends.
    Rest { worker: usize },
    /// A runtime is started.
    Start,
    /// Something in the script begins.
    Begins { event: usize },
    /// Something in the script is over.
    Ends { event: usize },
}

/// What follows from an event.
struct Follows {
    /// Requests that leave, by their slots.
    sends: Vec<(u32, Arc<Request>)>,
    /// Everything else.
    actions: Vec<Action>,
}

/// A watch: its number, how long until it looks the next time, and since when it looks.
#[derive(Clone, Copy)]
struct Again {
    watch: u32,
    every_ms: u64,
    since_ms: u64,
}

/// What follows when a request has landed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    /// The answer comes so many milliseconds later.
    Answer(u64),
    /// It comes twice.
    Twice(u64),
    /// Nobody hears of it.
    Nothing,
    /// The worker dies.
    Crash,
}

struct Timed(u64, u64, Due);

impl PartialEq for Timed {
    fn eq(&self, other: &Self) -> bool {
        (self.0, self.1) == (other.0, other.1)
    }
}

impl Eq for Timed {}

impl PartialOrd for Timed {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Timed {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.0, self.1).cmp(&(other.0, other.1))
    }
}

/// A schedule under way.
struct Loop<'a> {
    case: &'a Case,
    schedule: &'a Schedule,
    depth: Depth,
    rng: Rng,
    injector: Injector,
    heap: BinaryHeap<Reverse<Timed>>,
    pushed: u64,
    workers: Vec<Worker>,
    /// The epoch that holds.
    epoch: u64,
    /// Whether a start is due.
    starting: bool,
    /// How far the clock on the wall is off, in milliseconds.
    stepped_ms: i64,
    /// How often the host was started, and when, true time.
    boot: (u32, u64),
    /// The last sample given, for stale ones.
    sampled: BTreeMap<(String, String), Sample>,
    said: u32,
    watches: u32,
    /// How long a runtime that dies stays away, in milliseconds.
    away_ms: u64,
    left: History,
}

/// Runs one schedule to its end.
#[must_use]
pub fn run(case: &Case, schedule: &Schedule, depth: Depth) -> History {
    Loop::new(case, schedule, depth).run()
}

/// Runs a script to its end, in a world where nothing else goes wrong.
#[must_use]
pub fn play(case: &Case, script: &Arc<Script>) -> History {
    let schedule = Schedule::quiet(0);
    let mut run = Loop::new(case, &schedule, Depth::Ends);
    run.left.world.play = Some(Play::new(case, script));
    run.run()
}

impl<'a> Loop<'a> {
    fn new(case: &'a Case, schedule: &'a Schedule, depth: Depth) -> Self {
        Self {
            case,
            schedule,
            depth,
            rng: Rng::with_seed(schedule.seed ^ 0x5eed),
            injector: Injector::new(&schedule.faults),
            heap: BinaryHeap::with_capacity(32),
            pushed: 0,
            workers: Vec::with_capacity(2),
            epoch: 0,
            starting: false,
            stepped_ms: 0,
            boot: (1, 0),
            sampled: BTreeMap::new(),
            said: 0,
            watches: 0,
            away_ms: schedule.away_ms,
            left: History::begun(case, schedule),
        }
    }

    fn run(mut self) -> History {
        self.start();
        self.announce();
        let each = self.case.slots().saturating_mul(STEPS_MAX_EACH);
        let steps = if self.left.world.play.is_some() { SCRIPTED_STEPS_MAX } else { STEPS_MAX };
        for _ in 0..steps.saturating_add(each) {
            let Some(Reverse(Timed(at_ms, _, due))) = self.heap.pop() else { break };
            // What is still on its way when the run has ended can land, and nothing else happens any more.
            if self.left.status.is_some() && !matches!(due, Due::Land { .. }) {
                continue;
            }
            self.left.world.pass(at_ms);
            self.happens(due);
        }
        self.left.world.count_all();
        self.left
    }

    fn now_ms(&self) -> u64 {
        self.left.world.now_ms
    }

    /// Now, by the clock of the host.
    fn moment(&self) -> Moment {
        let now_ms = self.now_ms();
        let wall_ms = WALL_MS.saturating_add_unsigned(now_ms).saturating_add(self.stepped_ms);
        let boot = match self.boot.0 {
            1 => "b1".to_owned(),
            number => format!("b{number}"),
        };
        Moment { wall_ms, boot, boot_ms: now_ms.saturating_sub(self.boot.1).saturating_add(60_000) }
    }

    fn after(&mut self, ms: u64, due: Due) {
        self.pushed += 1;
        let at_ms = self.now_ms().saturating_add(ms);
        self.heap.push(Reverse(Timed(at_ms, self.pushed, due)));
    }

    fn happens(&mut self, due: Due) {
        match due {
            Due::Land { worker, slot, request, then } => self.lands(worker, slot, &request, then),
            Due::Hear { worker, event, felt, effect } => self.hears(worker, event, felt, effect),
            Due::Probe { worker, slot, request } => self.probes(worker, slot, &request),
            Due::Settle { worker, slot, request } => self.settles(worker, slot, &request),
            Due::LookUp { worker, slot, environment, service } => self.looks_up(worker, slot, environment, service),
            Due::Open { worker, slot, source } => self.opens(worker, slot, source.as_ref()),
            Due::Look { worker, slot, source, again } => self.looks(worker, slot, source, again),
            Due::Wake { worker, slot, since, after_ms } => self.wakes(worker, slot, since, after_ms),
            Due::WakeAt { worker, slot, at_ms } => self.wakes_at(worker, slot, at_ms),
            Due::Observe { worker, left } => self.observes(worker, left),
            Due::Person { slot, number } => self.person_comes(slot, number),
            Due::LetGoOn => self.let_go_on(),
            Due::Rest { worker } => self.rests(worker),
            Due::Start => self.start(),
            Due::Begins { event } => self.event_begins(event),
            Due::Ends { event } => self.event_ends(event),
        }
    }
}
