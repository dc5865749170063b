//! What stands beside the way forward: the handlers of a step that failed, once it is back on its safe side, and what is
//! done at the end, however the run came to it.
//!
//! Nothing of it is paused, and nobody is waited for because an answer got lost: all of it is bounded.

use std::ops::Range;

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::{SlotIndex, SlotKind};
use crate::state::{Cause, CauseKind, Handler, SlotState};
use crate::view::RunStatus;

impl Run {
    /// Takes the next steps of the handlers that are to be done, one after the other, the innermost first; of those inside
    /// of a step, where one is given. True when none is left.
    pub(crate) fn handlers_are_done(&mut self, at: &Moment, within: Option<usize>, out: &mut Vec<Action>) -> bool {
        let slots = std::sync::Arc::clone(&self.slots);
        let inside = |run: &Self, inner: usize| within.is_none_or(|scope| run.lies_in(inner, scope));
        for &scope in &slots.scopes.innermost_first {
            if self.scopes[scope].is_to_be_handled() && inside(self, scope) && !self.handle(at, scope, out) {
                return false;
            }
        }
        true
    }

    /// Takes the next steps of one handler; true when it is over.
    fn handle(&mut self, at: &Moment, scope: usize, out: &mut Vec<Action>) -> bool {
        let range = self.slots.scopes.handlers[scope].clone();
        let begun = self.scopes[scope].handler == Handler::Active;
        if !begun && self.head.escalated {
            self.leave_out(range);
            self.scope_mut(scope).handler = Handler::LeftOut;
            return true;
        }
        if !begun && !range.is_empty() {
            self.scope_mut(scope).handler = Handler::Active;
            let words = "failed, and is back on its safe side: what stands in `on failure` is done now".to_owned();
            out.push(Action::Note { node: self.slots.scopes.keys[scope].clone(), words });
        }
        let over = self.aside_is_over(at, range, out);
        if over {
            self.scope_mut(scope).handler = Handler::Over;
        }
        over
    }

    /// Begins what may begin of these slots; true when none is under way and none is left that could begin.
    fn aside_is_over(&mut self, at: &Moment, range: Range<SlotIndex>, out: &mut Vec<Action>) -> bool {
        loop {
            let ready = range.clone().filter(|&slot| self.may_begin_aside(slot)).collect();
            self.begin_all(at, ready, out);
            if !self.pass_over_asides(&range, out) {
                break;
            }
        }
        if range.clone().any(|slot| self.is_at_work(slot) || self.may_begin_aside(slot)) {
            return false;
        }
        self.leave_out(range);
        true
    }

    /// What of it has not begun is left out.
    fn leave_out(&mut self, range: Range<SlotIndex>) {
        for slot in range {
            if self.state(slot).is_pending() {
                self.set(slot, SlotState::Skipped);
            }
        }
    }

    /// Goes on behind the steps that failed, where they say so and nothing of them is under way; true when it did.
    fn pass_over_asides(&mut self, range: &Range<SlotIndex>, out: &mut Vec<Action>) -> bool {
        let failed = (0..self.scopes.len()).filter(|&scope| self.is_to_be_passed_over(scope, range));
        let failed: Vec<usize> = failed.collect();
        failed.iter().for_each(|&scope| self.pass_over(scope, out));
        !failed.is_empty()
    }

    fn is_to_be_passed_over(&self, scope: usize, range: &Range<SlotIndex>) -> bool {
        let state = &self.scopes[scope];
        let members = self.slots.scopes.members(scope);
        let fits = state.failed.is_some() && !state.settled && self.goes_on_behind(scope);
        fits && members.first().is_some_and(|slot| range.contains(slot))
            && !members.iter().any(|&slot| self.is_at_work(slot))
    }

    /// What stands behind a step that failed does not begin, also when what was under way in it ended well.
    fn may_begin_aside(&self, slot: SlotIndex) -> bool {
        let after = self.node(slot).map(|node| node.after.as_slice()).unwrap_or_default();
        let behind =
            || after.iter().filter_map(|id| self.slots.find(&id.0)).any(|earlier| self.is_of_a_failed_step(earlier));
        self.may_begin(slot) && !self.is_of_a_failed_step(slot) && !behind()
    }

    /// Whether a slot is of a step that failed and behind which nothing goes on.
    pub(crate) fn is_of_a_failed_step(&self, slot: SlotIndex) -> bool {
        let outward = self.slots.scopes.outward(self.scope_of(slot)).map(|scope| &self.scopes[scope]);
        outward.fold(false, |failed, scope| !scope.settled && (failed || scope.failed.is_some()))
    }

    fn is_at_work(&self, slot: SlotIndex) -> bool {
        !matches!(
            self.state(slot),
            SlotState::Pending | SlotState::Done { .. } | SlotState::Failed { .. } | SlotState::Skipped
        )
    }

    /// Fails a slot of a handler or of the end: what stands behind it is not done, and the run says so, unless a step around
    /// it is one behind which it goes on.
    pub(crate) fn aside_fails(&mut self, slot: SlotIndex, message: String, failed: Option<SlotState>) {
        if self.tell_of_failure(self.scope_of(slot), &message).is_none() {
            let words = format!("failed at `{}`: {message}", self.id(slot));
            self.record_aside(slot, &words);
        }
        self.set(slot, failed.unwrap_or_else(|| SlotState::failed(message)));
    }

    /// Keeps that what stands beside the way forward did not end well; a slot says of which it is.
    pub(crate) fn record_aside(&mut self, slot: SlotIndex, words: &str) {
        let id = self.id(slot).to_owned();
        match self.slots.slots[slot as usize].kind {
            SlotKind::Handler(scope, _) => {
                let words = format!("what stands in `on failure` {words}");
                self.add_to_cause(&id, &words);
                self.scope_mut(scope).handler_failed.get_or_insert(words);
            }
            SlotKind::Finally(_) => {
                let words = format!("what stands in `finally` {words}");
                self.add_to_cause(&id, &words);
                self.head.finally_failed.get_or_insert(words);
            }
            SlotKind::Forward(_) | SlotKind::Back(..) => {}
        }
    }

    /// A run that goes back, or has come to its end, says what else went wrong.
    fn add_to_cause(&mut self, node: &str, words: &str) {
        self.read_about(node);
        match &mut self.head.cause {
            Some(cause) => cause.message = format!("{}; then {words}", cause.message),
            // A handler of a step behind which the workflow goes on is told of by that step.
            None if self.head.outcome.is_none() => {}
            None => {
                let (kind, message) = (CauseKind::Step, words.to_owned());
                self.head.cause = Some(Cause { kind, node: Some(node.to_owned()), message });
            }
        }
    }

    /// Nothing is left but what stands in `finally`; the run ends when that is over, as it would have ended without it.
    pub(crate) fn come_to_an_end(&mut self, at: &Moment, outcome: RunStatus, out: &mut Vec<Action>) {
        if self.head.status.ended() {
            return;
        }
        if self.head.outcome.is_none() && !self.slots.finally.is_empty() {
            let words = format!("the run comes to its end ({}): what stands in `finally` is done now", outcome.words());
            out.push(Action::Note { node: self.plan.body.workflow.clone(), words });
        }
        self.head.outcome = Some(outcome);
        // The end is never paused.
        (self.head.paused, self.head.pause) = (false, None);
        if self.aside_is_over(at, self.slots.finally.clone(), out) {
            self.end(at, self.status_at_the_end(outcome), out);
        }
    }

    fn status_at_the_end(&self, outcome: RunStatus) -> RunStatus {
        match outcome {
            _ if self.head.escalated => RunStatus::Unsafe,
            RunStatus::Completed if self.head.finally_failed.is_some() => RunStatus::Failed,
            other => other,
        }
    }
}
