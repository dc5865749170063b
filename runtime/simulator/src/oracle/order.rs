//! Nothing begins before what it waits for is over, before enough people agreed, or where its condition does not hold.

use std::collections::BTreeSet;

use machine::event::Event;
use machine::ports::provider::{Outcome, Probe};
use machine::signal::{Signal, SignalKind};
use plan::{Call, Node, Which, Work};
use serde_json::Value;

use super::{Trial, node_of};
use crate::history::Line;

/// What is over, as the durable lines say it, one after the other.
struct Over {
    over: Vec<bool>,
    begun: Vec<bool>,
    agreed: Vec<BTreeSet<u32>>,
}

impl Trial<'_> {
    pub(crate) fn order(&mut self) {
        let count = self.case.plan.body.nodes.len();
        let mut so_far =
            Over { over: vec![false; count], begun: vec![false; count], agreed: vec![BTreeSet::new(); count] };
        for written in &self.left.journal {
            match &written.line {
                Line::Intent { request } => self.begins(&mut so_far, node_of(request), written.order),
                Line::Event(event) => self.ends_of(&mut so_far, event, written.order),
                Line::Recorded { place, .. } => {
                    if let Some(node) = self.finish_of(place) {
                        self.begins(&mut so_far, node, written.order);
                        self.is_over(&mut so_far, node);
                    }
                }
            }
        }
    }

    fn index(&self, node: &str) -> Option<usize> {
        self.case.steps.get(node)?.node
    }

    fn is_over(&self, so_far: &mut Over, node: &str) {
        if let Some(index) = self.index(node) {
            so_far.over[index] = true;
        }
    }

    fn begins(&mut self, so_far: &mut Over, node: &str, order: u64) {
        let Some(index) = self.index(node) else { return };
        if std::mem::replace(&mut so_far.begun[index], true) {
            return;
        }
        let begun = &self.case.plan.body.nodes[index];
        if !self.is_wanted(begun) {
            self.broken("conditions", order, format!("`{node}` began although its condition does not hold"));
        }
        if let Some(waited) = self.still_open(so_far, begun) {
            self.broken("order", order, format!("`{node}` began before `{waited}` was over"));
        }
    }

    /// Something that a node waits for and that is not over.
    fn still_open(&self, so_far: &Over, node: &Node) -> Option<String> {
        node.after.iter().find_map(|earlier| {
            let index = self.index(&earlier.0)?;
            let before = &self.case.plan.body.nodes[index];
            if so_far.over[index] {
                None
            } else if self.is_nothing(before) {
                self.still_open(so_far, before)
            } else {
                // What stands behind a step that may fail has rules of its own.
                (!self.may_be_passed(before) && !self.is_gone_on_behind(before, node)).then(|| earlier.0.clone())
            }
        })
    }

    /// Whether one node may begin although another, of a step behind which the workflow goes on, is not over.
    fn is_gone_on_behind(&self, before: &Node, node: &Node) -> bool {
        self.may_be_gone_on_behind(before) && node.scope != before.scope
    }

    /// A node that is complete at once: its condition does not hold, or it is about a release that is not there.
    fn is_nothing(&self, node: &Node) -> bool {
        let first = self.case.is_first(self.schedule);
        !self.is_wanted(node) || (first && is_on_running(node))
    }

    /// Holds are judged by time; what is skipped without a name is not judged.
    fn may_be_passed(&self, node: &Node) -> bool {
        matches!(node.work, Work::Hold(_) | Work::WaitUntil(_) | Work::Rollback(_)) || self.blind_skip
    }

    pub(crate) fn is_wanted(&self, node: &Node) -> bool {
        let built = crate::case::brought_out();
        let bind = |value: &Value| match value.get("$parameter").and_then(Value::as_str) {
            Some(name) => self.case.started.parameters.get(name).cloned().unwrap_or(Value::Null),
            None => match value["$output"]["path"][0].as_str() {
                Some(field) => built[field].clone(),
                None => value.clone(),
            },
        };
        node.when.as_ref().is_none_or(|when| when.holds(&bind) == Some(true))
    }

    fn ends_of(&mut self, so_far: &mut Over, event: &Event, order: u64) {
        match event {
            Event::Performed { node, outcome: Outcome::Done(_), .. } => self.is_over(so_far, node),
            Event::Performed { node, .. } if self.is_tolerated(node) => self.is_over(so_far, node),
            Event::Probed { node, probe: Probe::Took(_), .. } => self.is_over(so_far, node),
            Event::LookedUp { node, .. } => {
                self.begins(so_far, node, order);
                self.is_over(so_far, node);
            }
            Event::Signalled(signal) => self.was_said(so_far, signal),
            _ => {}
        }
    }

    fn is_tolerated(&self, node: &str) -> bool {
        let work = self.index(node).map(|index| &self.case.plan.body.nodes[index].work);
        matches!(work, Some(Work::Effect(effect)) if effect.tolerated)
    }

    fn was_said(&self, so_far: &mut Over, signal: &Signal) {
        match &signal.kind {
            SignalKind::Approve { step: Some(step), .. } => {
                let Some(index) = self.index(step) else { return };
                so_far.agreed[index].insert(signal.actor.uid);
                let quorum = match &self.case.plan.body.nodes[index].work {
                    Work::Approval(approval) => approval.quorum as usize,
                    _ => 1,
                };
                so_far.over[index] |= so_far.agreed[index].len() >= quorum;
            }
            SignalKind::Skip { step: Some(step) } => self.is_over(so_far, step),
            _ => {}
        }
    }
}

fn is_on_running(node: &Node) -> bool {
    let Work::Effect(effect) = &node.work else { return false };
    matches!(effect.call, Call::Ensure { release: Which::Running, .. } | Call::Stop { release: Which::Running, .. })
}
