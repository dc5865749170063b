//! One event: it moves the machine, becomes durable, and then its actions begin. Whatever can happen at any instant
//! happens after it.

use std::sync::Arc;

use machine::Action;
use machine::event::Event;
use machine::state::SlotState;

use super::{Again, Due, Follows, Loop};
use crate::fault::{Door, Hit, Kind};
use crate::history::Injected;

/// What a look at the store takes, in milliseconds.
const LOOK_UP_MS: u64 = 1;

/// When people come to look at what waits for them, in milliseconds.
const PEOPLE_MS: u64 = 1_000;

/// How long effects are waited for when a runtime is told to stop, in milliseconds.
const GRACE_MS: u64 = 30_000;

/// How often the world is looked at, in milliseconds.
pub(super) const OBSERVE_MS: u64 = 10_000;

/// How often a timer of the clock on the wall looks at it, in milliseconds.
const CLOCK_MS: u64 = 600_000;

/// Looks at the world after something disturbed it.
const OBSERVATIONS: u32 = 4;

impl Loop<'_> {
    /// Something passes a door: the fault that happens there, noted.
    pub(super) fn passes(&mut self, door: Door, hit: Hit, worker: usize, slot: Option<u32>) -> Option<Kind> {
        self.left.passed.count(door);
        let phase = self.workers[worker].phase();
        let fault = self.injector.passes(door, hit, phase)?;
        let order = self.left.world.number();
        self.left.injected.push(Injected {
            order,
            at_ms: self.now_ms(),
            fault,
            hit,
            phase,
            slot,
            passed: self.left.passed,
        });
        self.left.felt.push((fault.kind, hit, phase));
        Some(fault.kind)
    }

    /// A worker hears of something, unless it is gone.
    pub(super) fn hears(&mut self, worker: usize, event: Event, felt: Option<(Kind, u32)>, effect: bool) {
        if !self.workers[worker].alive || (self.workers[worker].resting && !effect) {
            return;
        }
        if let Some((kind, slot)) = felt {
            let (hit, phase) = (Hit::of(self.case.class(slot)), self.workers[worker].phase());
            self.left.felt.push((kind, hit, phase));
        }
        self.turn(worker, event, None);
        if effect {
            let worker_is = &mut self.workers[worker];
            worker_is.under_way = worker_is.under_way.saturating_sub(1);
            if worker_is.resting && worker_is.under_way == 0 {
                self.rests(worker);
            }
        }
    }

    /// Moves the run by one event. `said` is the key of what a person said, answered once it is durable.
    pub(super) fn turn(&mut self, worker: usize, event: Event, said: Option<String>) {
        let at = self.moment();
        let always = event.is_always_kept();
        let run = &mut self.workers[worker].run;
        let actions = run.apply(&at, &event);
        if !always && actions.is_empty() && !run.has_touched() {
            return;
        }
        let follows = self.follows(worker, actions);
        let slot = self.slot_of(worker, &event, &follows);
        let hit = Hit::of(slot.and_then(|slot| self.case.class(slot)));
        if !self.append(worker, &at, event, &follows, slot) {
            return;
        }
        self.left.answered.extend(said);
        for (slot, request) in follows.sends {
            if !self.workers[worker].alive {
                return;
            }
            self.sends(worker, slot, request);
        }
        for action in follows.actions {
            if !self.workers[worker].alive {
                return;
            }
            self.begin(worker, action);
        }
        if let Some(kind) = self.passes(Door::Turn, hit, worker, slot) {
            self.strikes(worker, kind);
        }
    }

    /// What follows from an event: requests get their numbers before they are intended.
    fn follows(&mut self, worker: usize, actions: Vec<Action>) -> Follows {
        let mut follows = Follows { sends: Vec::new(), actions: Vec::new() };
        for action in actions {
            match action {
                Action::Perform { slot, request, .. } => follows.sends.push((slot, self.stamped(worker, request))),
                other => follows.actions.push(other),
            }
        }
        follows
    }

    /// The step that an event is about: the effect that it begins, or what it names.
    fn slot_of(&self, worker: usize, event: &Event, follows: &Follows) -> Option<u32> {
        let begun = follows.sends.iter().map(|(slot, _)| *slot).find(|slot| self.case.class(*slot).is_some());
        begun.or_else(|| self.workers[worker].run.slot(event.node()?))
    }

    fn begin(&mut self, worker: usize, action: Action) {
        let resting = self.workers[worker].resting;
        match action {
            _ if resting => {}
            Action::Settle { slot, request, .. } => {
                let request = self.stamped(worker, request);
                self.after(request.timeout_ms, Due::Settle { worker, slot, request });
            }
            Action::Probe { slot, request, since, .. } => {
                let request = self.stamped(worker, request);
                let left_ms = self.moment().left_of(request.timeout_ms, &since);
                self.after(left_ms, Due::Probe { worker, slot, request });
            }
            Action::LookUp { slot, environment, service, .. } => {
                self.after(LOOK_UP_MS, Due::LookUp { worker, slot, environment, service });
            }
            Action::Open { slot, since, warm_up_ms, source } => {
                let left_ms = self.moment().left_of(warm_up_ms, &since);
                self.after(left_ms, Due::Open { worker, slot, source });
            }
            Action::Watch { slot, source } => self.watch(worker, slot, source),
            Action::Conclude { slot, source } => {
                self.after(0, Due::Look { worker, slot, source, again: None });
            }
            Action::Wake { slot, since, after_ms } => {
                self.call_people(worker, slot);
                let left_ms = self.moment().left_of(after_ms, &since);
                self.after(left_ms, Due::Wake { worker, slot, since, after_ms });
            }
            Action::WakeAt { slot, at_ms } => self.after(0, Due::WakeAt { worker, slot, at_ms }),
            Action::Perform { .. } | Action::Record(_) | Action::Note { .. } | Action::End(_) => {}
        }
    }

    fn watch(&mut self, worker: usize, slot: u32, source: machine::Source) {
        self.watches += 1;
        let again = Again { watch: self.watches, every_ms: super::looks::LOOK_EVERY_MS, since_ms: self.now_ms() };
        self.workers[worker].watches.insert(slot, again.watch);
        self.after(again.every_ms, Due::Look { worker, slot, source: Some(source), again: Some(again) });
    }

    /// People come where a step waits for them.
    fn call_people(&mut self, worker: usize, slot: u32) {
        let state = self.workers[worker].run.state(slot);
        if matches!(state, SlotState::Approving { .. } | SlotState::Asking { .. } | SlotState::Unknown { .. }) {
            let come_ms = self.come_at_the_edge(slot).unwrap_or(PEOPLE_MS);
            self.after(come_ms, Due::Person { slot, number: 0 });
        }
    }

    /// What can happen at any instant happens.
    fn strikes(&mut self, worker: usize, kind: Kind) {
        match kind {
            Kind::InstanceDies => {
                let which = self.rng.usize(..64);
                self.left.world.instance_dies(which);
                self.after(OBSERVE_MS, Due::Observe { worker, left: OBSERVATIONS });
            }
            Kind::ProxyRestarts => self.left.world.proxies_restart(),
            Kind::RoutesForgotten => {
                self.left.world.routers_forget();
                self.after(OBSERVE_MS, Due::Observe { worker, left: OBSERVATIONS });
            }
            Kind::ClockBack => self.stepped_ms -= 86_400_000,
            Kind::ClockForward => self.stepped_ms += 86_400_000,
            Kind::Reboot => self.reboot(),
            Kind::Stopped => self.stop(worker),
            Kind::TwoWorkers => self.taken_over(),
            other => self.say(other),
        }
    }

    /// The host comes back with another boot id, and with a clock that may be off.
    fn reboot(&mut self) {
        self.stepped_ms += [0, 3_600_000, -3_600_000][self.rng.usize(..3)];
        for worker in 0..self.workers.len() {
            if self.workers[worker].alive {
                self.dies(worker);
            }
        }
        self.boot = (self.boot.0 + 1, self.now_ms());
    }

    /// From now on nothing new begins; what is under way is waited for.
    fn stop(&mut self, worker: usize) {
        if self.workers[worker].resting || !self.workers[worker].alive {
            return;
        }
        self.turn(worker, Event::Stopping, None);
        if self.workers[worker].alive {
            self.workers[worker].resting = true;
            let wait_ms = if self.workers[worker].under_way == 0 { 0 } else { GRACE_MS };
            self.after(wait_ms, Due::Rest { worker });
        }
    }

    /// A timer rings; one that rings too early waits on.
    pub(super) fn wakes(&mut self, worker: usize, slot: u32, since: machine::Moment, after_ms: u64) {
        if !self.workers[worker].alive || self.workers[worker].resting {
            return;
        }
        match self.moment().left_of(after_ms, &since) {
            0 => {
                let node = self.workers[worker].run.id(slot).to_owned();
                self.turn(worker, Event::Woke { node }, None);
            }
            left_ms => self.after(left_ms, Due::Wake { worker, slot, since, after_ms }),
        }
    }

    /// Waits until the clock on the wall shows a time; it may be set meanwhile.
    pub(super) fn wakes_at(&mut self, worker: usize, slot: u32, at_ms: i64) {
        if !self.workers[worker].alive || self.workers[worker].resting {
            return;
        }
        match u64::try_from(at_ms.saturating_sub(self.moment().wall_ms)) {
            Ok(0) | Err(_) => {
                let node = self.workers[worker].run.id(slot).to_owned();
                self.turn(worker, Event::Woke { node }, None);
            }
            Ok(left_ms) => self.after(left_ms.min(CLOCK_MS), Due::WakeAt { worker, slot, at_ms }),
        }
    }

    /// Compares the world with what the run has done, and looks again while something may still differ.
    pub(super) fn observes(&mut self, worker: usize, left: u32) {
        if self.workers[worker].resting {
            return;
        }
        if !self.workers[worker].alive {
            return;
        }
        for observation in self.workers[worker].run.observed() {
            if let Some(drift) = self.left.world.observe(&observation.request.task) {
                let still = self.workers[worker].run.observed().contains(&observation);
                if still && self.workers[worker].alive {
                    let node = self.workers[worker].run.id(observation.slot).to_owned();
                    self.turn(worker, Event::Observed { node, drift }, None);
                }
            }
        }
        if left > 0 {
            self.after(OBSERVE_MS, Due::Observe { worker, left: left - 1 });
        }
    }

    /// A request with its epoch and its number.
    pub(super) fn stamped(
        &mut self,
        worker: usize,
        mut request: machine::ports::provider::Request,
    ) -> Arc<machine::ports::provider::Request> {
        let by = &mut self.workers[worker];
        by.sequence += 1;
        (request.epoch, request.sequence) = (by.epoch, by.sequence);
        Arc::new(request)
    }
}
