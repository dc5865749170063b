//! Questions: whether a request took effect, how it ended, and what runs.

use std::sync::Arc;

use machine::event::Event;
use machine::ports::provider::{Outcome, Probe, Request};

use super::{Due, Loop};
use crate::fault::{Door, Hit, Kind};

/// What a provider has to answer a probe, in milliseconds.
const PROBE_MS: u64 = 30_000;

impl Loop<'_> {
    fn is_gone(&self, worker: usize) -> bool {
        !self.workers[worker].alive || self.workers[worker].resting
    }

    fn cannot_tell(&mut self, worker: usize, slot: u32) -> bool {
        let hit = Hit::of(self.case.class(slot));
        self.passes(Door::Question, hit, worker, Some(slot)) == Some(Kind::CannotTell)
    }

    /// The provider is asked whether a request took effect.
    pub(super) fn probes(&mut self, worker: usize, slot: u32, request: &Arc<Request>) {
        if self.is_gone(worker) {
            return;
        }
        let (ms, probe, felt) = if self.cannot_tell(worker, slot) {
            let message = "the provider did not answer the probe".to_owned();
            (PROBE_MS, Probe::CannotTell(message), Some((Kind::CannotTell, slot)))
        } else {
            (1, self.left.world.probe(request), None)
        };
        let node = self.workers[worker].run.id(slot).to_owned();
        let event = Event::Probed { node, attempt: request.attempt, probe };
        self.after(ms, Due::Hear { worker, event, felt, effect: false });
    }

    /// The provider has seen a request to its end.
    pub(super) fn settles(&mut self, worker: usize, slot: u32, request: &Arc<Request>) {
        if self.is_gone(worker) {
            return;
        }
        let (outcome, felt) = if self.cannot_tell(worker, slot) {
            let message = "the provider could not tell".to_owned();
            (Outcome::Unknown { message }, Some((Kind::CannotTell, slot)))
        } else {
            (self.left.world.settle(request), None)
        };
        let node = self.workers[worker].run.id(slot).to_owned();
        let event = Event::Performed { node, attempt: request.attempt, outcome };
        self.after(1, Due::Hear { worker, event, felt, effect: false });
    }

    /// What runs is looked up.
    pub(super) fn looks_up(&mut self, worker: usize, slot: u32, environment: String, service: String) {
        if self.is_gone(worker) {
            return;
        }
        let node = self.workers[worker].run.id(slot).to_owned();
        let event = match self.passes(Door::LookUp, Hit::Wait, worker, Some(slot)) {
            Some(_) => Event::NotLookedUp { node, problem: "the row is damaged".to_owned() },
            None => {
                let place = (environment, service);
                let running = self.left.registry.get(&place).cloned().flatten();
                let previous = self.case.previous.get(&place).cloned();
                Event::LookedUp { node, running, previous }
            }
        };
        self.turn(worker, event, None);
    }
}
