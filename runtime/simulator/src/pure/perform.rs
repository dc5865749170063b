//! Requests on their way: when they take effect, when their answers come, and what is lost of both.

use std::sync::Arc;

use machine::event::Event;
use machine::ports::provider::{Outcome, Request};

use super::{Due, Loop, Then};
use crate::fault::{Door, Hit, Kind};
use crate::world::What;

impl Loop<'_> {
    /// A request leaves.
    pub(super) fn sends(&mut self, worker: usize, slot: u32, request: Arc<Request>) {
        let hit = Hit::of(self.case.class(slot));
        let fault = self.passes(Door::Request, hit, worker, Some(slot)).or_else(|| self.fails_there(slot));
        if fault == Some(Kind::CrashBeforeEffect) {
            self.dies(worker);
            return;
        }
        self.workers[worker].under_way += 1;
        if !self.left.world.arrives(&request) {
            let failed = Outcome::Failed { retryable: false, message: "a newer runtime was here".to_owned() };
            self.answers(worker, slot, &request, 1, failed, None);
            return;
        }
        let (lands_ms, answers_ms) = match self.left.world.keeps_unready(&request) {
            // Readiness is waited for before it is given up.
            true => (self.latency(&request).0, request.timeout_ms / 2),
            false => self.latency(&request),
        };
        match fault {
            Some(Kind::CrashAfterEffect) => self.on_its_way(worker, slot, request, lands_ms, Then::Crash),
            Some(Kind::CrashLateEffect) => {
                let late_ms = request.timeout_ms.saturating_sub(1);
                self.on_its_way(worker, slot, request, late_ms, Then::Nothing);
                self.dies(worker);
            }
            Some(kind @ (Kind::Refused | Kind::Failed)) => self.fails(worker, slot, &request, answers_ms, kind),
            Some(Kind::Hung) => {
                self.left.world.note(What::Failed { request: Arc::clone(&request) });
                self.times_out(worker, slot, &request, Kind::Hung);
            }
            Some(Kind::AnswerLost) => {
                self.times_out(worker, slot, &request, Kind::AnswerLost);
                self.on_its_way(worker, slot, request, lands_ms, Then::Nothing);
            }
            Some(Kind::LateEffect) => {
                self.times_out(worker, slot, &request, Kind::LateEffect);
                let late_ms = request.timeout_ms.saturating_sub(1);
                self.on_its_way(worker, slot, request, late_ms, Then::Nothing);
            }
            Some(Kind::AnswerTwice) => {
                self.on_its_way(worker, slot, request, lands_ms, Then::Twice(answers_ms));
            }
            _ => self.on_its_way(worker, slot, request, lands_ms, Then::Answer(answers_ms)),
        }
    }

    /// How long a request takes to land, and its answer to come after that: both well within its time.
    fn latency(&mut self, request: &Request) -> (u64, u64) {
        let quarter = (request.timeout_ms / 4).max(2);
        (self.rng.u64(1..=quarter.min(40)), self.rng.u64(1..=quarter.min(20)))
    }

    fn on_its_way(&mut self, worker: usize, slot: u32, request: Arc<Request>, ms: u64, then: Then) {
        self.after(ms, Due::Land { worker, slot, request, then });
    }

    fn fails(&mut self, worker: usize, slot: u32, request: &Arc<Request>, ms: u64, kind: Kind) {
        self.left.world.note(What::Failed { request: Arc::clone(request) });
        let failed = Outcome::Failed { retryable: kind == Kind::Failed, message: kind.word().to_owned() };
        self.answers(worker, slot, request, ms, failed, Some(kind));
    }

    fn times_out(&mut self, worker: usize, slot: u32, request: &Arc<Request>, kind: Kind) {
        let lost = Outcome::Unknown { message: format!("no answer within {} ms", request.timeout_ms) };
        self.answers(worker, slot, request, request.timeout_ms, lost, Some(kind));
    }

    fn answers(&mut self, worker: usize, slot: u32, request: &Request, ms: u64, outcome: Outcome, felt: Option<Kind>) {
        let node = self.workers[worker].run.id(slot).to_owned();
        let event = Event::Performed { node, attempt: request.attempt, outcome };
        self.after(ms, Due::Hear { worker, event, felt: felt.map(|kind| (kind, slot)), effect: true });
    }

    /// A request takes effect.
    pub(super) fn lands(&mut self, worker: usize, slot: u32, request: &Arc<Request>, then: Then) {
        let outcome = self.left.world.lands(request);
        let node = self.workers[worker].run.id(slot).to_owned();
        let attempt = request.attempt;
        let event = |node: String, outcome: Outcome| Event::Performed { node, attempt, outcome };
        match then {
            Then::Nothing => {}
            Then::Crash => {
                if self.workers[worker].alive && self.left.status.is_none() {
                    let (hit, phase) = (Hit::of(self.case.class(slot)), self.workers[worker].phase());
                    self.left.felt.push((Kind::CrashAfterEffect, hit, phase));
                    self.dies(worker);
                }
            }
            Then::Answer(ms) => {
                self.after(ms, Due::Hear { worker, event: event(node, outcome), felt: None, effect: true })
            }
            Then::Twice(ms) => {
                let again = Due::Hear {
                    worker,
                    event: event(node.clone(), outcome.clone()),
                    felt: Some((Kind::AnswerTwice, slot)),
                    effect: false,
                };
                self.after(ms, Due::Hear { worker, event: event(node, outcome), felt: None, effect: true });
                self.after(ms + 1, again);
            }
        }
    }
}
