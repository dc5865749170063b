//! `within`: a step that is not over in its time fails. Its time begins with its first node, is measured by the boot's clock,
//! goes on while the run is paused, and by the clock on the wall while the host is down.

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Cause, CauseKind, SlotState};
use crate::view::RunStatus;
use crate::wait::{Wait, written};

impl Run {
    /// The time of the steps around a slot that begins runs from now on, where it did not before.
    pub(crate) fn begin_scopes(&mut self, at: &Moment, slot: SlotIndex, out: &mut Vec<Action>) {
        let around: Vec<usize> = self.slots.scopes.outward(self.scope_of(slot)).collect();
        for scope in around {
            let Some(deadline_ms) = self.deadline_ms(scope).filter(|_| self.scopes[scope].wait.is_none()) else {
                continue;
            };
            let wait = Wait::from(at);
            out.push(wait.wake(slot, deadline_ms));
            self.scope_mut(scope).wait = Some(wait);
        }
    }

    fn deadline_ms(&self, scope: usize) -> Option<u64> {
        self.slots.scopes.of(&self.plan.body, scope).deadline_ms
    }

    /// How much of its time a step has left; none for one that may take any, has not begun, or is over.
    pub(crate) fn time_left_ms(&self, at: &Moment, scope: usize) -> Option<u64> {
        self.unless_failed_ms(at, scope).filter(|_| self.is_open(scope))
    }

    /// The same, without a look at what it is made of.
    fn unless_failed_ms(&self, at: &Moment, scope: usize) -> Option<u64> {
        let wait = self.scopes[scope].wait.as_ref().filter(|_| self.scopes[scope].failed.is_none())?;
        Some(wait.left_ms(at, self.deadline_ms(scope)?))
    }

    /// Whether something of a step is neither over nor left out.
    fn is_open(&self, scope: usize) -> bool {
        let over = |slot: SlotIndex| self.state(slot).is_over() || matches!(self.state(slot), SlotState::Skipped);
        !self.slots.scopes.members(scope).iter().all(|&slot| over(slot) || self.is_settled(slot))
    }

    /// Fails every step whose time is over.
    pub(crate) fn fail_what_is_late(&mut self, at: &Moment, out: &mut Vec<Action>) {
        for scope in 0..self.scopes.len() {
            if self.unless_failed_ms(at, scope) == Some(0) && self.is_open(scope) {
                self.is_late(at, scope, out);
            }
        }
    }

    fn is_late(&mut self, at: &Moment, scope: usize, out: &mut Vec<Action>) {
        let within = written(self.deadline_ms(scope).unwrap_or_default());
        let key = self.slots.scopes.keys[scope].clone();
        let message = format!("`{key}` was not over within {within}");
        let aside = self.slots.scopes.members(scope).first().is_some_and(|&slot| self.is_aside(slot));
        if aside {
            self.aside_is_late(at, scope, &message, out);
        } else if self.head.status == RunStatus::Advancing && !self.returns_already(scope) {
            let cause = Cause { kind: CauseKind::Step, node: Some(key), message };
            self.step_failed(at, Some(scope), cause, out);
        }
    }

    /// What goes back takes the time that it takes.
    fn returns_already(&self, scope: usize) -> bool {
        self.slots.scopes.outward(Some(scope)).any(|around| self.scopes[around].is_leaving())
    }

    /// What waits in it fails, and what is under way is awaited; nothing else of it begins.
    fn aside_is_late(&mut self, at: &Moment, scope: usize, message: &str, out: &mut Vec<Action>) {
        let members = self.slots.scopes.members(scope).to_vec();
        let goes_on = self.tell_of_failure(Some(scope), message).is_some();
        if let Some(&slot) = members.first().filter(|_| !goes_on) {
            self.record_aside(slot, &format!("failed: {message}"));
        }
        for slot in members {
            if self.waits_aside(slot) {
                self.set(slot, SlotState::failed(message));
            }
        }
        self.go_back(at, out);
    }

    fn waits_aside(&self, slot: SlotIndex) -> bool {
        !self.is_under_way(slot)
            && !matches!(self.state(slot), SlotState::BringingBack | SlotState::LookingUp)
            && !matches!(
                self.state(slot),
                SlotState::Pending | SlotState::Done { .. } | SlotState::Failed { .. } | SlotState::Skipped
            )
    }

    /// Goes on measuring after a restart.
    pub(crate) fn take_up_scopes(&mut self, at: &Moment, out: &mut Vec<Action>) {
        for scope in 0..self.scopes.len() {
            let Some(deadline_ms) = self.deadline_ms(scope) else { continue };
            let open = self.time_left_ms(at, scope).is_some();
            let Some(mut wait) = self.scopes[scope].wait.clone().filter(|_| open) else { continue };
            wait.take_up_by_both(at, self.head.seen.as_ref());
            if let Some(&slot) = self.slots.scopes.members(scope).first() {
                out.push(wait.wake(slot, deadline_ms));
            }
            self.scope_mut(scope).wait = Some(wait);
        }
    }
}
