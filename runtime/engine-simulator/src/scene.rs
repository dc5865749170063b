//! What outlives every runtime of a schedule: the world and what became durable, true time, and which faults are still to come.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fastrand::Rng;
use machine::Moment;
use machine::ports::provider::{Request, Sample};
use simulator::fault::{Door, Fault, Hit, Kind, Phase};
use simulator::history::{History, Injected};
use simulator::injector::Injector;
use simulator::pure::WALL_MS;
use simulator::{Case, Schedule};

/// A schedule under way.
pub(crate) struct Scene {
    pub(crate) case: Arc<Case>,
    pub(crate) schedule: Schedule,
    state: Mutex<State>,
}

/// What moves.
pub(crate) struct State {
    pub(crate) left: History,
    pub(crate) rng: Rng,
    pub(crate) injector: Injector,
    /// How far the clock on the wall is off, in milliseconds.
    pub(crate) stepped_ms: i64,
    /// How often the host was started, and when, true time.
    pub(crate) boot: (u32, u64),
    /// Requests on their way whose runtime has died, with when they take effect.
    pub(crate) orphans: Vec<(u64, Arc<Request>)>,
    /// The last sample of each place, for stale ones.
    pub(crate) sampled: BTreeMap<(String, String), Sample>,
    /// Where the run stands, by the last append.
    pub(crate) phase: Phase,
    /// What people said so far.
    pub(crate) said: u32,
}

impl Scene {
    pub(crate) fn new(case: &Arc<Case>, schedule: &Schedule) -> Arc<Self> {
        let state = State {
            left: History::begun(case, schedule),
            rng: Rng::with_seed(schedule.seed ^ 0x5eed),
            injector: Injector::new(&schedule.faults),
            stepped_ms: 0,
            boot: (1, 0),
            orphans: Vec::new(),
            sampled: BTreeMap::new(),
            phase: Phase::Forward,
            said: 0,
        };
        Arc::new(Self { case: Arc::clone(case), schedule: schedule.clone(), state: Mutex::new(state) })
    }

    /// A runtime that panicked is found by the oracle, not here.
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is left when everything is over.
    pub(crate) fn left(&self) -> History {
        self.lock().left.clone()
    }

    /// What a step hits.
    pub(crate) fn hit(&self, node: &str) -> Hit {
        Hit::of(self.case.steps.get(node).and_then(|step| step.class))
    }
}

impl State {
    /// Something passes a door: the fault that happens there, noted.
    pub(crate) fn passes(&mut self, door: Door, hit: Hit) -> Option<Kind> {
        self.left.passed.count(door);
        let phase = self.phase;
        let fault: Fault = self.injector.passes(door, hit, phase)?;
        let order = self.left.world.number();
        let (at_ms, passed) = (self.left.world.now_ms, self.left.passed);
        self.left.injected.push(Injected { order, at_ms, fault, hit, phase, slot: None, passed });
        self.left.felt.push((fault.kind, hit, phase));
        Some(fault.kind)
    }

    /// Now, by the clock of the host.
    pub(crate) fn moment(&self) -> Moment {
        let now_ms = self.left.world.now_ms;
        let (number, since_ms) = self.boot;
        Moment {
            wall_ms: WALL_MS.saturating_add_unsigned(now_ms).saturating_add(self.stepped_ms),
            boot: format!("b{number}"),
            boot_ms: now_ms.saturating_sub(since_ms).saturating_add(60_000),
        }
    }

    /// The host goes down and comes back with another boot id, and with a clock that may be off.
    pub(crate) fn reboots(&mut self) {
        self.stepped_ms += [0, 3_600_000, -3_600_000][self.rng.usize(..3)];
        self.boot = (self.boot.0 + 1, self.left.world.now_ms);
    }

    /// Time passes in which no runtime lives: what is on its way takes effect when it is due.
    pub(crate) fn passes_alone(&mut self, until_ms: u64) {
        self.orphans.sort_by_key(|(at_ms, _)| *at_ms);
        while self.orphans.first().is_some_and(|(at_ms, _)| *at_ms <= until_ms) {
            let (at_ms, request) = self.orphans.remove(0);
            self.left.world.pass(at_ms);
            self.left.world.lands(&request);
        }
        self.left.world.pass(until_ms);
    }
}
