//! A step fails: it and those around it are told, as far as the one behind which the workflow goes on; that one returns to
//! its safe side by itself, has its handlers done, and the workflow goes on behind it.

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Cause, CauseKind, Handler, ScopeState, SlotState};
use crate::view::RunStatus;

impl Run {
    /// Fails what stands in these steps, the innermost first. Turns the run around, unless it goes on behind one of them.
    pub(crate) fn step_failed(&mut self, at: &Moment, innermost: Option<usize>, cause: Cause, out: &mut Vec<Action>) {
        if let Some(node) = &cause.node {
            self.read_about(node);
        }
        match self.tell_of_failure(innermost, &cause.message) {
            Some(scope) if self.head.status == RunStatus::Advancing => self.leave(at, scope, out),
            Some(_) | None => self.turn_around(at, cause, out),
        }
    }

    /// Marks these steps as failed, from the inside out; gives the one behind which the workflow goes on.
    pub(crate) fn tell_of_failure(&mut self, innermost: Option<usize>, message: &str) -> Option<usize> {
        let outward: Vec<usize> = self.slots.scopes.outward(innermost).collect();
        for scope in outward {
            if self.scopes[scope].failed.is_none() {
                self.scope_mut(scope).failed = Some(message.to_owned());
            }
            if self.goes_on_behind(scope) {
                return Some(scope);
            }
        }
        None
    }

    /// The same for a slot that nothing waits for any more.
    pub(crate) fn fail_left_behind(&mut self, slot: SlotIndex, failed: SlotState) {
        let message = failed.message().unwrap_or_default().to_owned();
        self.tell_of_failure(self.scope_of(slot), &message);
        self.set(slot, failed);
    }

    pub(crate) fn goes_on_behind(&self, scope: usize) -> bool {
        let handled = self.scopes[scope].handler_failed.is_none();
        handled && self.slots.scopes.of(&self.plan.body, scope).goes_on.is_some()
    }

    pub(crate) fn scope_of(&self, slot: SlotIndex) -> Option<usize> {
        self.slots.slots[slot as usize].scope
    }

    /// What waits in a step is left out, what is under way in it is awaited; the rest of the run goes on.
    fn leave(&mut self, at: &Moment, scope: usize, out: &mut Vec<Action>) {
        if !self.scopes[scope].is_leaving() {
            self.scope_mut(scope).left = true;
            self.leaving += 1;
            for slot in self.slots.scopes.members(scope).to_vec() {
                if let Some(left) = self.left_behind(slot) {
                    self.set(slot, left);
                }
            }
        }
        self.go_back(at, out);
    }

    /// Whether a slot is of a step that returns to its safe side by itself.
    pub(crate) fn is_left(&self, slot: SlotIndex) -> bool {
        self.leaving > 0 && self.slots.scopes.outward(self.scope_of(slot)).any(|scope| self.scopes[scope].is_leaving())
    }

    /// Whether a slot is of a step behind which the workflow has gone on.
    pub(crate) fn is_settled(&self, slot: SlotIndex) -> bool {
        self.slots.scopes.outward(self.scope_of(slot)).any(|scope| self.scopes[scope].settled)
    }

    /// Whether a slot stands behind a step that has failed and is not settled: all that it waits for may be over. A clean-up
    /// waits for nobody's failure.
    pub(crate) fn waits_behind_a_failure(&self, slot: SlotIndex) -> bool {
        let Some(node) = self.node(slot).filter(|_| self.leaving > 0 && !self.is_clean_up(slot)) else { return false };
        node.after.iter().filter_map(|id| self.slots.find(&id.0)).any(|earlier| self.is_left(earlier))
    }

    /// Takes the next steps of those that return by themselves.
    pub(crate) fn settle_what_is_left(&mut self, at: &Moment, out: &mut Vec<Action>) {
        if self.leaving == 0 {
            return;
        }
        let slots = std::sync::Arc::clone(&self.slots);
        let deferred = std::mem::replace(&mut self.defers, true);
        for &scope in &slots.scopes.innermost_first {
            if self.scopes[scope].is_leaving() && self.head.status == RunStatus::Advancing {
                self.settle(at, scope, slots.scopes.members(scope), out);
            }
        }
        self.defers = deferred;
        if !deferred {
            let behind = std::mem::take(&mut self.behind);
            self.begin_all(at, behind, out);
        }
    }

    fn settle(&mut self, at: &Moment, scope: usize, members: &[SlotIndex], out: &mut Vec<Action>) {
        let ready = members.iter().copied().filter(|&slot| self.is_clean_up(slot) && self.may_begin(slot)).collect();
        self.begin_all(at, ready, out);
        if members.iter().any(|&slot| self.is_under_way(slot)) {
            return;
        }
        while let Some(rollout) = self.last_half_way(|run, index| run.is_rolled_out_in(index, scope)) {
            if !self.step_back(at, rollout, out) {
                return;
            }
        }
        if self.cleans_up_of(members) || !self.handlers_are_done(at, Some(scope), out) {
            return;
        }
        match self.handler_that_failed(scope) {
            Some(message) => self.fail_outward(at, scope, message, out),
            None => self.go_on_behind(scope, members, out),
        }
    }

    pub(crate) fn is_under_way(&self, slot: SlotIndex) -> bool {
        match self.state(slot) {
            SlotState::Performing(_) | SlotState::Probing(_) => true,
            SlotState::Mending(mending) => mending.waits.is_none(),
            _ => false,
        }
    }

    /// Whether a rollout is of a step, or was brought back by one of its nodes.
    fn is_rolled_out_in(&self, rollout: usize, scope: usize) -> bool {
        let of = |slot: Option<SlotIndex>| slot.is_some_and(|slot| self.is_in(slot, scope));
        of(self.slots.begins[rollout]) || of(self.rollouts[rollout].reopened)
    }

    pub(crate) fn is_in(&self, slot: SlotIndex, scope: usize) -> bool {
        self.slots.scopes.outward(self.scope_of(slot)).any(|around| around == scope)
    }

    /// What failed first of the handlers of a step and of those inside it.
    fn handler_that_failed(&self, scope: usize) -> Option<String> {
        let inside = self.slots.scopes.innermost_first.iter().filter(|&&inner| self.lies_in(inner, scope));
        inside.filter_map(|&inner| self.scopes[inner].handler_failed.clone()).next()
    }

    pub(crate) fn lies_in(&self, inner: usize, scope: usize) -> bool {
        self.slots.scopes.outward(Some(inner)).any(|around| around == scope)
    }

    /// The workflow does not go on behind a step whose handler failed: what was to make that right did not.
    fn fail_outward(&mut self, at: &Moment, scope: usize, handler: String, out: &mut Vec<Action>) {
        self.leaving = self.leaving.saturating_sub(1);
        let state = self.scope_mut(scope);
        state.left = false;
        let failed = state.failed.clone().unwrap_or_default();
        let key = &self.slots.scopes.keys[scope];
        let message = format!("{failed}; the workflow does not go on behind `{key}`, because {handler}");
        let cause = Cause { kind: CauseKind::Step, node: Some(key.clone()), message };
        let around = self.slots.scopes.outward(Some(scope)).nth(1);
        self.step_failed(at, around, cause, out);
    }

    /// What stands behind a step that failed may begin, as if it had ended well.
    fn go_on_behind(&mut self, scope: usize, members: &[SlotIndex], out: &mut Vec<Action>) {
        self.leaving = self.leaving.saturating_sub(1);
        self.pass_over(scope, out);
        for &slot in members {
            let ready = self.released_by(slot);
            self.behind.extend(ready);
        }
    }

    /// A step that failed counts as over, and the journal says so.
    pub(crate) fn pass_over(&mut self, scope: usize, out: &mut Vec<Action>) {
        let members = self.slots.scopes.members(scope).iter().copied();
        let open: Vec<SlotIndex> = members.filter(|&slot| !self.counts_as_over(slot)).collect();
        self.scope_mut(scope).settled = true;
        out.push(Action::Note { node: self.slots.scopes.keys[scope].clone(), words: self.went_on(scope) });
        for slot in open {
            if self.state(slot).is_pending() {
                self.set(slot, SlotState::Skipped);
            }
            if self.is_forward(slot) {
                self.head.open = self.head.open.saturating_sub(1);
            }
            self.unblock(slot as usize);
        }
    }

    fn counts_as_over(&self, slot: SlotIndex) -> bool {
        self.state(slot).is_over() || self.is_settled(slot)
    }

    /// Why the workflow went on behind a step that failed, as a sentence.
    pub(crate) fn went_on(&self, scope: usize) -> String {
        let (key, state) = (&self.slots.scopes.keys[scope], &self.scopes[scope]);
        let because = self.slots.scopes.of(&self.plan.body, scope).goes_on.as_deref().unwrap_or_default();
        let failed = state.failed.as_deref().unwrap_or_default();
        format!("`{key}` failed ({failed}), and the workflow went on because {because}")
    }
}

impl ScopeState {
    /// On its way to the safe side by itself.
    pub(crate) fn is_leaving(&self) -> bool {
        self.left && !self.settled
    }

    /// Whether its handler is to be done, or is being done.
    pub(crate) fn is_to_be_handled(&self) -> bool {
        let open = match self.handler {
            Handler::Pending | Handler::Active => true,
            Handler::Over | Handler::LeftOut => false,
        };
        self.failed.is_some() && !self.settled && open
    }
}

impl SlotState {
    /// Why it failed.
    pub(crate) fn message(&self) -> Option<&str> {
        match self {
            Self::Failed { message, .. } => Some(message),
            _ => None,
        }
    }
}
