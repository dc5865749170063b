//! The store: what becomes durable together, under which epoch, and what can go wrong with it.

use std::sync::Arc;

use machine::event::Event;
use machine::journal::Record;
use machine::ports::store::Running;
use machine::{Action, Moment};
use serde_json::{Value, json};

use super::{Depth, Follows, Loop};
use crate::fault::{Door, Hit, Kind};
use crate::history::{Line, Written};
use crate::oracle::node_of;

impl Loop<'_> {
    /// Makes an event and what follows from it durable. False when the runtime did not live to see it.
    pub(super) fn append(
        &mut self,
        worker: usize,
        at: &Moment,
        event: Event,
        follows: &Follows,
        slot: Option<u32>,
    ) -> bool {
        let hit = Hit::of(slot.and_then(|slot| self.case.class(slot)));
        let fault = self.passes(Door::Append, hit, worker, slot);
        match fault {
            Some(Kind::CrashBeforeAppend | Kind::TornAppend | Kind::StoreFull) => {
                self.dies(worker);
                return false;
            }
            Some(Kind::Partition) => self.taken_over(),
            _ => {}
        }
        if self.workers[worker].epoch != self.epoch || self.left.status.is_some() {
            self.dies(worker);
            return false;
        }
        self.write(worker, at, event, follows);
        if matches!(fault, Some(Kind::CrashAfterAppend | Kind::AppendUnknown)) {
            self.dies(worker);
            return false;
        }
        true
    }

    fn write(&mut self, worker: usize, at: &Moment, event: Event, follows: &Follows) {
        self.line(worker, at, Line::Event(Arc::new(event)));
        for action in &follows.actions {
            match action {
                Action::Open { slot, .. } => {
                    let node = self.workers[worker].run.id(*slot).to_owned();
                    let now_ms = self.now_ms();
                    self.left.held.entry(node).or_insert(now_ms);
                }
                Action::Record(running) => self.record(worker, at, running),
                Action::End(status) => {
                    self.left.status = Some(*status);
                    self.left.ended_ms = self.now_ms();
                    self.left.ended_order = self.left.world.number();
                }
                _ => {}
            }
        }
        for (_, request) in &follows.sends {
            self.line(worker, at, Line::Intent { request: Arc::clone(request) });
        }
        self.enter_all(worker, follows);
        let run = &mut self.workers[worker].run;
        match self.depth {
            Depth::Ends => run.let_rows_go(),
            Depth::Whole => {
                self.left.rows.extend(run.take_touched());
                self.left.head = serde_json::to_value(run.head()).unwrap_or(Value::Null);
            }
        }
    }

    /// What follows from an event may be the first of a stage.
    fn enter_all(&mut self, worker: usize, follows: &Follows) {
        if self.left.world.play.is_none() {
            return;
        }
        for (_, request) in &follows.sends {
            self.enters(node_of(request));
        }
        for action in &follows.actions {
            if let Action::Open { slot, .. } = action {
                let node = self.workers[worker].run.id(*slot).to_owned();
                self.enters(&node);
            }
        }
    }

    fn record(&mut self, worker: usize, at: &Moment, running: &Running) {
        let place = (running.environment.clone(), running.service.clone());
        self.left.registry.insert(place.clone(), running.release.clone());
        self.line(worker, at, Line::Recorded { place, release: running.release.clone() });
    }

    fn line(&mut self, worker: usize, at: &Moment, line: Line) {
        if self.depth == Depth::Whole {
            self.seal(at, &line);
        }
        let order = self.left.world.number();
        let (at_ms, epoch) = (self.now_ms(), self.workers[worker].epoch);
        self.left.journal.push(Written { order, at_ms, epoch, at: at.clone(), line });
    }

    fn seal(&mut self, at: &Moment, line: &Line) {
        let body = match line {
            Line::Event(event) => serde_json::to_value(event.as_ref()).unwrap_or(Value::Null),
            Line::Intent { request } => {
                json!({ "intent": { "node": node_of(request), "request": request.as_ref() } })
            }
            // The registry is written with the event, and is no record of its own.
            Line::Recorded { .. } => return,
        };
        let previous = self.left.records.last().map(|record| record.hash.clone()).unwrap_or_default();
        let seq = self.left.records.len() as u64 + 1;
        self.left.records.push(Record::seal(&previous, seq, at.clone(), body));
    }
}
