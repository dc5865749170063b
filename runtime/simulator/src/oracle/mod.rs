//! Judges what a schedule left behind: from the plan, the providers' book and the durable lines, and never from the
//! machine's own state.

mod available;
mod ends;
mod failing;
mod gates;
mod holds;
mod hours;
mod keys;
mod measured;
mod order;
mod replay;

use std::collections::BTreeMap;

use machine::event::Event;
use machine::ports::provider::Request;
use machine::signal::{Signal, SignalKind};

use crate::case::Case;
use crate::history::{History, Line, Written};
use crate::schedule::Schedule;
use crate::world::{Entry, What};

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule, in a word or two.
    pub rule: &'static str,
    /// Where among all that happened; the end where it is about the end.
    pub order: u64,
    /// What is wrong, as a sentence.
    pub message: String,
}

/// What is judged, with what several rules look up.
pub(crate) struct Trial<'a> {
    pub(crate) case: &'a Case,
    pub(crate) schedule: &'a Schedule,
    pub(crate) left: &'a History,
    pub(crate) found: Vec<Violation>,
    /// Whether a person took something as done without saying what, so that no order can be expected of it.
    pub(crate) blind_skip: bool,
}

/// Every rule that this history breaks.
#[must_use]
pub fn judge(case: &Case, schedule: &Schedule, left: &History) -> Vec<Violation> {
    let mut trial = Trial { case, schedule, left, found: Vec::new(), blind_skip: false };
    trial.blind_skip = trial.signals().any(|(_, signal)| matches!(signal.kind, SignalKind::Skip { step: None }));
    trial.keys();
    trial.order();
    trial.available();
    trial.holds();
    trial.failing();
    trial.hours();
    trial.gates();
    trial.ends();
    trial.replays();
    trial.found
}

/// The rules of the end alone: whether what the run says of its end is what the world shows.
#[must_use]
pub fn ends(case: &Case, schedule: &Schedule, left: &History) -> Vec<Violation> {
    let mut trial = Trial { case, schedule, left, found: Vec::new(), blind_skip: false };
    trial.ends();
    trial.found
}

impl<'a> Trial<'a> {
    pub(crate) fn broken(&mut self, rule: &'static str, order: u64, message: String) {
        self.found.push(Violation { rule, order, message });
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = (&'a Written, &'a Event)> + use<'a> {
        self.left.journal.iter().filter_map(|written| match &written.line {
            Line::Event(event) => Some((written, event.as_ref())),
            _ => None,
        })
    }

    pub(crate) fn intents(&self) -> impl Iterator<Item = (&'a Written, &'a Request)> + use<'a> {
        self.left.journal.iter().filter_map(|written| match &written.line {
            Line::Intent { request } => Some((written, request.as_ref())),
            _ => None,
        })
    }

    pub(crate) fn signals(&self) -> impl Iterator<Item = (&'a Written, &'a Signal)> + use<'a> {
        self.events().filter_map(|(written, event)| match event {
            Event::Signalled(signal) => Some((written, signal)),
            _ => None,
        })
    }

    pub(crate) fn landed(&self) -> impl Iterator<Item = (&'a Entry, &'a Request)> + use<'a> {
        self.left.world.book.iter().filter_map(|entry| match &entry.what {
            What::Landed { request, .. } => Some((entry, request.as_ref())),
            _ => None,
        })
    }

    /// When what comes after each node began, by the node's id: the order and the true time of the first thing.
    pub(crate) fn began_after(&self) -> BTreeMap<&'a str, (u64, u64)> {
        let mut began: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
        for written in &self.left.journal {
            let node = match &written.line {
                Line::Intent { request } => node_of(request),
                Line::Event(event) => match event.as_ref() {
                    Event::LookedUp { node, .. } => node.as_str(),
                    _ => continue,
                },
                Line::Recorded { place, .. } => match self.finish_of(place) {
                    Some(node) => node,
                    None => continue,
                },
            };
            let Some(index) = self.case.steps.get(node).and_then(|step| step.node) else { continue };
            for earlier in &self.case.plan.body.nodes[index].after {
                began.entry(earlier.0.as_str()).or_insert((written.order, written.at_ms));
            }
        }
        began
    }

    /// Whether the workflow goes on behind a node when its step fails.
    pub(crate) fn may_be_gone_on_behind(&self, node: &plan::Node) -> bool {
        let scopes = &self.case.plan.body.scopes;
        let around = |key: &'a String| scopes.get(key).and_then(|scope| scope.within.as_ref());
        let first = self.case.plan.body.nodes.iter().find(|it| it.id == node.id).and_then(|it| it.scope.as_ref());
        let mut outward = std::iter::successors(first, |key| around(key));
        outward.any(|key| scopes.get(key).is_some_and(|scope| scope.goes_on.is_some()))
    }

    /// The node that records what runs at a place.
    pub(crate) fn finish_of(&self, place: &(String, String)) -> Option<&'a str> {
        let body = &self.case.plan.body;
        let rollout = body.rollouts.iter().find(|(_, rollout)| crate::case::place(rollout) == *place)?.0;
        let finish = |node: &&plan::Node| node.rollout.as_ref() == Some(rollout) && node.work == plan::Work::Finish;
        body.nodes.iter().find(finish).map(|node| node.id.0.as_str())
    }
}

/// The step that a request is for: what stands between its run and its group in the key.
#[must_use]
pub fn node_of(request: &Request) -> &str {
    let without_run = request.key.strip_prefix(&request.run).and_then(|rest| rest.strip_prefix('/'));
    without_run.and_then(|rest| rest.rsplit_once('/')).map_or("", |(node, _)| node)
}
