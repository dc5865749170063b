//! Runtimes: how they are started from what is durable, and how they end.

use std::collections::BTreeMap;
use std::sync::Arc;

use machine::Run;
use machine::event::Event;
use machine::view::RunStatus;

use super::{Depth, Due, Loop};
use crate::fault::Phase;
use crate::history::Line;

/// One runtime with its copy of the run.
pub(super) struct Worker {
    pub(super) epoch: u64,
    pub(super) run: Run,
    pub(super) alive: bool,
    /// Requests it has sent.
    pub(super) sequence: u64,
    /// Told to come to rest; waits for so many answers.
    pub(super) resting: bool,
    /// Effects that it waits for.
    pub(super) under_way: u32,
    /// The watch of each hold.
    pub(super) watches: BTreeMap<u32, u32>,
}

impl Worker {
    pub(super) fn phase(&self) -> Phase {
        let head = self.run.head();
        match head.status {
            RunStatus::Returning => Phase::Returning,
            _ if head.paused => Phase::Paused,
            _ => Phase::Forward,
        }
    }
}

impl Loop<'_> {
    /// Starts a runtime: it takes the next epoch, and the run up where it is durable.
    pub(super) fn start(&mut self) {
        self.starting = false;
        self.epoch += 1;
        let at = self.moment();
        let known = self.stored();
        let begins = known.is_none();
        let run = known.unwrap_or_else(|| Run::new(Arc::clone(&self.case.plan), &self.case.started, &at));
        let worker = self.workers.len();
        self.workers.push(Worker {
            epoch: self.epoch,
            run,
            alive: true,
            sequence: 0,
            resting: false,
            under_way: 0,
            watches: BTreeMap::new(),
        });
        if begins {
            self.turn(worker, Event::Started(self.case.started.clone()), None);
        } else {
            self.turn(worker, Event::Resumed { epoch: self.epoch, settles: true }, None);
            self.after(0, Due::Observe { worker, left: 0 });
        }
    }

    /// The run as it is durable; none when nothing is.
    fn stored(&self) -> Option<Run> {
        match self.depth {
            _ if self.left.journal.is_empty() => None,
            Depth::Whole => {
                let rows = self.left.rows.iter().map(|(index, row)| (*index, row.clone())).collect();
                Run::restore(Arc::clone(&self.case.plan), self.left.head.clone(), rows).ok()
            }
            Depth::Ends => Some(self.replayed()),
        }
    }

    /// The same from the journal alone, which needs no rows.
    fn replayed(&self) -> Run {
        let mut run: Option<Run> = None;
        for written in &self.left.journal {
            if let Line::Event(event) = &written.line {
                let begin = || Run::new(Arc::clone(&self.case.plan), &self.case.started, &written.at);
                run.get_or_insert_with(begin).apply(&written.at, event);
            }
        }
        let mut run = run.unwrap_or_else(|| Run::new(Arc::clone(&self.case.plan), &self.case.started, &self.moment()));
        run.let_rows_go();
        run
    }

    /// A runtime dies. Another is started later, unless one is there that took over.
    pub(super) fn dies(&mut self, worker: usize) {
        self.workers[worker].alive = false;
        let replaced = self.workers.iter().any(|other| other.alive && other.epoch == self.epoch);
        if !replaced && !self.starting {
            self.starting = true;
            self.after(self.away_ms, Due::Start);
        }
    }

    /// Another runtime takes the run up at once, while this one still works.
    pub(super) fn taken_over(&mut self) {
        if !self.starting {
            self.start();
        }
    }

    /// The runtime that holds the run, if one is there.
    pub(super) fn current(&self) -> Option<usize> {
        self.workers.iter().position(|worker| worker.alive && !worker.resting && worker.epoch == self.epoch)
    }

    /// A runtime that was told to stop ends, whatever still answers.
    pub(super) fn rests(&mut self, worker: usize) {
        if self.workers[worker].alive {
            self.dies(worker);
        }
    }
}
