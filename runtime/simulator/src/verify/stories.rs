//! The runs without faults from which single faults take their instants: all the way, all the way as a first release,
//! and back from as far as each rollout goes.

use std::collections::BTreeSet;

use crate::case::Case;
use crate::fault::{Fault, Kind};
use crate::history::{History, Line};
use crate::oracle::node_of;
use crate::pure::{Depth, run};
use crate::schedule::{Passed, Schedule};

/// Ways back that are followed, at most.
const BACK_MAX: usize = 64;

/// One such run.
pub(super) struct Story {
    /// Which way the plan was started.
    pub(super) case: usize,
    /// How it goes when nothing else happens.
    pub(super) schedule: Schedule,
    /// How often each door had been passed when it began to differ from the stories before it.
    pub(super) from: Passed,
    /// How often each door is passed in all.
    pub(super) passed: Passed,
    /// The steps that it touched from then on, by their slots.
    pub(super) touched: Vec<u32>,
    /// Whether it goes all the way.
    pub(super) forward: bool,
}

impl Story {
    /// How much happens in it: what running it costs.
    pub(super) fn instants(&self) -> u64 {
        u64::from(self.passed.turns) + u64::from(self.passed.requests) + u64::from(self.passed.samples)
    }
}

/// All of them.
pub(super) fn stories(cases: &[Case]) -> Vec<Story> {
    cases.iter().enumerate().flat_map(|(index, case)| of_case(index, case)).collect()
}

fn of_case(index: usize, case: &Case) -> Vec<Story> {
    let good = Schedule::quiet(0);
    let left = run(case, &good, Depth::Ends);
    let backs = turns_before_the_end(&left);
    let whole = |schedule, left: &History| Story {
        case: index,
        schedule,
        from: Passed::default(),
        passed: left.passed,
        touched: touched(case, left, 0),
        forward: true,
    };
    let mut all = vec![whole(good.clone(), &left)];
    if case.can_be_first && !case.running.is_empty() {
        let first = Schedule { first: true, ..good.clone() };
        let left = run(case, &first, Depth::Ends);
        all.push(whole(first, &left));
    }
    all.extend(backs.into_iter().map(|nth| back(index, case, &good, nth)));
    all
}

/// A run that a person brings back at this instant.
fn back(index: usize, case: &Case, good: &Schedule, nth: u32) -> Story {
    let rollback = Fault { kind: Kind::Rollback, nth, hit: None, phase: None };
    let schedule = Schedule { faults: vec![rollback], ..good.clone() };
    let left = run(case, &schedule, Depth::Ends);
    let from = left.injected.first().map_or_else(Passed::default, |injected| injected.passed);
    let since = left.injected.first().map_or(0, |injected| injected.order);
    Story { case: index, schedule, from, passed: left.passed, touched: touched(case, &left, since), forward: false }
}

/// The steps that durable lines are about since a moment.
fn touched(case: &Case, left: &History, since: u64) -> Vec<u32> {
    let lines = left.journal.iter().filter(|written| written.order > since);
    let nodes = lines.filter_map(|written| match &written.line {
        Line::Intent { request } => Some(node_of(request)),
        Line::Event(event) => event.node(),
        Line::Recorded { .. } => None,
    });
    let nodes: BTreeSet<&str> = nodes.collect();
    (0..case.slots()).filter(|slot| nodes.contains(case.id(*slot))).collect()
}

/// The last instants before each point of no return: as many turns as there were events before.
fn turns_before_the_end(left: &History) -> Vec<u32> {
    let (mut turns, mut all) = (0_u32, Vec::new());
    for written in &left.journal {
        match &written.line {
            Line::Event(_) => turns += 1,
            Line::Recorded { .. } => all.push(turns.saturating_sub(1).max(1)),
            Line::Intent { .. } => {}
        }
    }
    all.dedup();
    let every = all.len().div_ceil(BACK_MAX).max(1);
    all.into_iter().step_by(every).collect()
}
