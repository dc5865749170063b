//! Handlers come once their step is back on its safe side, what stands at the end comes last and comes always, a step that
//! has taken too long begins nothing more, and behind a step that failed the run goes on only when that is handled.

use std::collections::{BTreeMap, BTreeSet};

use machine::event::Event;
use machine::ports::provider::Outcome;
use machine::signal::SignalKind;
use machine::view::RunStatus;
use plan::{Node, Scope, Work};

use super::{Trial, node_of};
use crate::fault::Kind;
use crate::history::Line;

const END: u64 = u64::MAX;

/// What may pass between a deadline and what follows from it, in milliseconds.
const SLACK_MS: u64 = 1_000;

impl<'a> Trial<'a> {
    pub(crate) fn failing(&mut self) {
        let body = &self.case.plan.body;
        for (key, scope) in &body.scopes {
            self.handler_is_late_enough(key, scope);
            self.handler_is_done(key, scope);
            self.deadline_holds(key, scope);
        }
        self.end_is_last(&body.finally);
        self.end_is_done(&body.finally);
        for node in &body.nodes {
            self.went_on_rightly(node);
        }
    }

    /// The order of the first intent of each node.
    fn first_intents(&self) -> BTreeMap<&'a str, u64> {
        let mut first = BTreeMap::new();
        for (written, request) in self.intents() {
            first.entry(node_of(request)).or_insert(written.order);
        }
        first
    }

    /// The first intent among these nodes.
    fn begun(&self, nodes: &[Node]) -> Option<u64> {
        let first = self.first_intents();
        nodes.iter().filter_map(|node| first.get(node.id.0.as_str()).copied()).min()
    }

    /// The steps of a scope that are no clean-up, and those of the ways back of what it rolls out.
    fn steps_of(&self, key: &str) -> BTreeSet<&'a str> {
        let body = &self.case.plan.body;
        let own = body.nodes.iter().filter(|node| node.scope.as_deref() == Some(key) && !node.past_return);
        let rollouts: BTreeSet<&String> = own.clone().filter_map(|node| node.rollout.as_ref()).collect();
        let recovery =
            rollouts.into_iter().filter_map(|rollout| body.rollouts.get(rollout)).flat_map(|it| &it.recovery);
        own.map(|node| node.id.0.as_str()).chain(recovery.map(|step| step.id.0.as_str())).collect()
    }

    fn handler_is_late_enough(&mut self, key: &str, scope: &Scope) {
        let Some(begun) = self.begun(&scope.on_failure) else { return };
        let steps = self.steps_of(key);
        let later = self.intents().find(|(written, request)| written.order > begun && steps.contains(node_of(request)));
        if let Some((written, request)) = later {
            let message = format!("{} was intended after the handler of `{key}` had begun", request.key);
            self.broken("handlers come after the way back", written.order, message);
        }
    }

    /// A provider refused something of the step for good, before anything else went wrong with the run.
    fn handler_is_done(&mut self, key: &str, scope: &Scope) {
        let Some(first) = scope.on_failure.first().filter(|node| matches!(node.work, Work::Effect(_))) else { return };
        let ended = self.left.status.is_some_and(|status| status != RunStatus::Unsafe);
        if !ended || self.ended_by_a_person() || self.blind_skip {
            return;
        }
        let failed = self.events().find_map(|(written, event)| match event {
            Event::Performed { node, outcome: Outcome::Failed { retryable: false, .. }, .. } => {
                let forward = self.case.steps.get(node).is_some_and(|step| step.node.is_some());
                forward.then_some((written.order, node.as_str()))
            }
            _ => None,
        });
        let of_it = failed.filter(|(_, node)| self.steps_of(key).contains(node));
        if of_it.is_some() && !self.first_intents().contains_key(first.id.0.as_str()) {
            self.broken("handlers are done", END, format!("`{key}` failed, and its handler was never begun"));
        }
    }

    fn ended_by_a_person(&self) -> bool {
        let ends = |kind: &SignalKind| matches!(kind, SignalKind::Steal | SignalKind::Abort | SignalKind::Rollback);
        self.signals().any(|(_, signal)| ends(&signal.kind))
    }

    fn end_is_last(&mut self, finally: &[Node]) {
        let Some(begun) = self.begun(finally) else { return };
        let of_it = |node: &str| finally.iter().any(|it| it.id.0 == node);
        let first = self.first_intents();
        let later = self.intents().find(|(written, request)| {
            let node = node_of(request);
            // What drifts is mended whatever is under way: a step that was done before keeps what it did.
            let mended = first.get(node).is_some_and(|order| *order < begun) && self.has_drifted(node, written.order);
            written.order > begun && !of_it(node) && !mended
        });
        if let Some((written, request)) = later {
            let message = format!("{} was intended after what stands at the end had begun", request.key);
            self.broken("the end comes last", written.order, message);
        }
    }

    /// Whether something of a node's rollout was seen to differ before.
    fn has_drifted(&self, node: &str, before: u64) -> bool {
        let rollout = |node: &str| {
            let rollouts = self.case.plan.body.rollouts.iter();
            let back = |rollout: &plan::Rollout| rollout.recovery.iter().any(|step| step.id.0 == node);
            let forward = self.case.steps.get(node).and_then(|step| step.node);
            let own = forward.and_then(|index| self.case.plan.body.nodes[index].rollout.clone());
            own.or_else(|| rollouts.clone().find(|(_, it)| back(it)).map(|(key, _)| key.clone()))
        };
        self.events().any(|(written, event)| match event {
            Event::Observed { node: seen, .. } => written.order < before && rollout(seen) == rollout(node),
            _ => false,
        })
    }

    fn end_is_done(&mut self, finally: &[Node]) {
        let stolen = self.signals().any(|(_, signal)| signal.kind == SignalKind::Steal);
        if self.left.status.is_none() || stolen {
            return;
        }
        let first = self.first_intents();
        for node in finally.iter().filter(|node| node.after.is_empty() && matches!(node.work, Work::Effect(_))) {
            if self.is_wanted(node) && !first.contains_key(node.id.0.as_str()) {
                self.broken("the end is always done", END, format!("the run ended without `{}`", node.id));
            }
        }
    }

    /// True time is what counts, so that only clocks that nobody touched are judged.
    fn deadline_holds(&mut self, key: &str, scope: &Scope) {
        let steps = [Kind::Reboot, Kind::ClockBack, Kind::ClockForward];
        let touched = self.left.injected.iter().any(|injected| steps.contains(&injected.fault.kind));
        let Some(deadline_ms) = scope.deadline_ms.filter(|_| !touched) else { return };
        let body = &self.case.plan.body;
        let own: BTreeSet<&str> = body
            .nodes
            .iter()
            .filter(|node| node.scope.as_deref() == Some(key) && !node.past_return)
            .map(|node| node.id.0.as_str())
            .collect();
        let mut began = None;
        let mut seen = BTreeSet::new();
        for written in &self.left.journal {
            let (node, new) = match &written.line {
                Line::Intent { request } => (node_of(request), seen.insert((request.key.as_str(), request.attempt))),
                Line::Event(event) => match event.as_ref() {
                    Event::LookedUp { node, .. } => (node.as_str(), true),
                    _ => continue,
                },
                Line::Recorded { .. } => continue,
            };
            if !own.contains(node) || !new {
                continue;
            }
            let since = *began.get_or_insert(written.at_ms);
            if written.at_ms > since.saturating_add(deadline_ms).saturating_add(SLACK_MS) {
                let message = format!("`{node}` began although `{key}` had taken longer than it may");
                self.broken("deadlines hold", written.order, message);
                return;
            }
        }
    }

    /// What stands behind a step that did not end well begins after that step's handler has.
    fn went_on_rightly(&mut self, node: &Node) {
        let body = &self.case.plan.body;
        let first = self.first_intents();
        let Some(begun) = first.get(node.id.0.as_str()).copied() else { return };
        for earlier in node.after.iter().filter_map(|id| body.nodes.iter().find(|it| it.id == *id)) {
            let Some(key) = earlier.scope.as_ref().filter(|key| node.scope.as_ref() != Some(*key)) else { continue };
            let Some(scope) = body.scopes.get(key).filter(|scope| scope.goes_on.is_some()) else { continue };
            let over = self.events().any(|(written, event)| {
                written.order < begun && matches!(event, Event::Performed { node, outcome: Outcome::Done(_), .. } if *node == earlier.id.0)
            });
            let handled = self.begun(&scope.on_failure).is_some_and(|handled| handled < begun);
            if !over && !handled && !self.blind_skip && !scope.on_failure.is_empty() {
                let message = format!("`{}` began behind `{key}`, which neither ended well nor was handled", node.id);
                self.broken("going on is handled", begun, message);
            }
        }
    }
}
