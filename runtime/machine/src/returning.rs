//! Going back: a failing step returns what is half-way to its safe side, last begun first, and never loops.
//!
//! A rollout that has finished does not go back. What of it is left to do, its clean-up, is done to its end also
//! when the run goes back, so that no end claims more than is so. Once all is back, the handlers of what failed are done,
//! and then what stands in `finally`.

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Cause, CauseKind, RolloutState, SlotState};
use crate::view::RunStatus;

impl Run {
    /// Fails a slot and turns the run around.
    pub(crate) fn fail(
        &mut self,
        at: &Moment,
        slot: SlotIndex,
        kind: CauseKind,
        failed: SlotState,
        out: &mut Vec<Action>,
    ) {
        let message = failed.message().unwrap_or_default().to_owned();
        if self.is_aside(slot) {
            self.aside_fails(slot, message, Some(failed));
            self.go_back(at, out);
            return;
        }
        self.set(slot, failed);
        if !self.is_forward(slot) || self.node(slot).is_some_and(|node| node.past_return) {
            self.escalate(at, slot, message, out);
            return;
        }
        let cause = Cause { kind, node: Some(self.id(slot).to_owned()), message };
        self.step_failed(at, self.scope_of(slot), cause, out);
    }

    /// A way back that fails, or a failure behind the point of no return, needs a person: once, and for good. Other
    /// rollouts that are half-way are brought back all the same.
    fn escalate(&mut self, at: &Moment, slot: SlotIndex, message: String, out: &mut Vec<Action>) {
        let node = self.id(slot).to_owned();
        let what = if self.is_forward(slot) { "the clean-up" } else { "the way back" };
        let (kind, message) = match &self.head.cause {
            Some(cause) => (cause.kind, format!("{}; then {what} failed at `{node}`: {message}", cause.message)),
            None => (CauseKind::Step, message),
        };
        self.read_about(&node);
        self.head.escalated = true;
        self.tell_of_failure(self.scope_of(slot), &message);
        if let (false, Some(index)) = (self.is_forward(slot), self.rollout_index(slot)) {
            self.rollout_mut(index).given_up = true;
        }
        let cause = Cause { kind, node: Some(node), message };
        self.head.cause = Some(cause.clone());
        self.turn_around(at, cause, out);
    }

    /// Stops going forward; what waits is left out, what is under way is awaited.
    pub(crate) fn turn_around(&mut self, at: &Moment, cause: Cause, out: &mut Vec<Action>) {
        if self.head.status == RunStatus::Returning {
            self.go_back(at, out);
            return;
        }
        self.head.status = RunStatus::Returning;
        self.head.cause = Some(cause);
        // The way back is never paused.
        let was_paused = self.head.paused;
        (self.head.paused, self.head.pause, self.head.barred) = (false, None, None);
        for index in 0..self.plan.body.nodes.len() {
            if let Ok(slot) = SlotIndex::try_from(index)
                && let Some(left) = self.left_behind(slot)
            {
                self.set(slot, left);
            }
        }
        if was_paused {
            self.do_all_that_is_due(at, out);
        }
        self.go_back(at, out);
    }

    /// How a forward slot that waits is left when the run turns around; none for one that stays as it is.
    pub(crate) fn left_behind(&self, slot: SlotIndex) -> Option<SlotState> {
        match self.state(slot) {
            _ if self.is_clean_up(slot) || !self.is_forward(slot) => None,
            SlotState::Unknown { message, .. } => Some(SlotState::undecided(message)),
            SlotState::LookingUp
            | SlotState::BackingOff { .. }
            | SlotState::Until { .. }
            | SlotState::BringingBack
            | SlotState::Opening { .. }
            | SlotState::Holding(_)
            | SlotState::Asking { .. }
            | SlotState::Approving { .. } => Some(SlotState::Skipped),
            SlotState::Mending(mending) if mending.waits.is_some() => {
                Some(SlotState::Done { evidence: None, note: None, tried: self.state(slot).tried() })
            }
            SlotState::Pending
            | SlotState::Performing(_)
            | SlotState::Probing(_)
            | SlotState::Mending(_)
            | SlotState::Done { .. }
            | SlotState::Failed { .. }
            | SlotState::Skipped => None,
        }
    }

    /// Whether a slot is of the way forward of a run that does not go forward any more.
    pub(crate) fn is_left_behind(&self, slot: SlotIndex) -> bool {
        let back = self.head.status == RunStatus::Returning || self.is_left(slot);
        back && self.is_forward(slot) && !self.is_clean_up(slot)
    }

    /// Takes the next steps of what goes back, and of what is done because something failed or the run ends.
    pub(crate) fn go_back(&mut self, at: &Moment, out: &mut Vec<Action>) {
        self.bring_back_on(at, out);
        self.settle_what_is_left(at, out);
        match self.head.status {
            RunStatus::Returning => self.return_on(at, out),
            RunStatus::Advancing => match self.head.outcome {
                Some(outcome) => self.come_to_an_end(at, outcome, out),
                // The step that was gone on behind may have been the last.
                None => self.complete_if_done(at, out),
            },
            RunStatus::Completed
            | RunStatus::Failed
            | RunStatus::RolledBack
            | RunStatus::Aborted
            | RunStatus::Unsafe => {}
        }
    }

    /// Takes the next step of the way back once nothing is under way, then those of handlers and of the end.
    fn return_on(&mut self, at: &Moment, out: &mut Vec<Action>) {
        self.clean_up(at, out);
        if self.head.in_flight > self.asides_in_flight() {
            return;
        }
        while let Some(rollout) = self.next_to_return() {
            if !self.step_back(at, rollout, out) {
                return;
            }
        }
        let returns = self.head.status == RunStatus::Returning && !self.cleans_up();
        if returns && self.handlers_are_done(at, None, out) {
            self.come_to_an_end(at, self.status_after_return(), out);
        }
    }

    /// Effects of handlers and of the end that wait for an answer.
    fn asides_in_flight(&self) -> u32 {
        let asides = self.slots.asides().filter(|&slot| self.is_under_way(slot)).count();
        u32::try_from(asides).unwrap_or(u32::MAX)
    }

    /// Takes a rollout's next step back; false when that is under way, true when it was complete at once or there is
    /// none left.
    pub(crate) fn step_back(&mut self, at: &Moment, rollout: usize, out: &mut Vec<Action>) -> bool {
        let next = self.slots.way_back(rollout).find(|&slot| !matches!(self.state(slot), SlotState::Done { .. }));
        match next {
            Some(slot) if self.state(slot).is_pending() && !self.head.stopping => self.perform(at, slot, 1, 1, out),
            Some(_) => false,
            None => {
                self.rollout_mut(rollout).returned = true;
                self.record_return(at, rollout, out);
                true
            }
        }
    }

    /// Begins what is left to do of rollouts that have finished.
    fn clean_up(&mut self, at: &Moment, out: &mut Vec<Action>) {
        let finished = (0..self.rollouts.len()).filter(|&index| self.rollouts[index].finished);
        let members = finished.flat_map(|index| self.slots.members[index].iter().copied());
        let ready = members.filter(|&slot| self.is_clean_up(slot) && self.may_begin(slot)).collect();
        self.begin_all(at, ready, out);
    }

    /// Whether a slot is behind the point of no return of a rollout that has finished.
    pub(crate) fn is_clean_up(&self, slot: SlotIndex) -> bool {
        let past_return = self.node(slot).is_some_and(|node| node.past_return);
        past_return && self.rollout_of(slot).is_some_and(|(_, state)| state.finished)
    }

    /// Whether a clean-up is neither over nor given up.
    pub(crate) fn cleans_up(&self) -> bool {
        self.slots.members.iter().any(|members| self.cleans_up_of(members))
    }

    /// The same among these slots.
    pub(crate) fn cleans_up_of(&self, slots: &[SlotIndex]) -> bool {
        let mut open = slots.iter().filter(|&&slot| {
            !matches!(self.state(slot), SlotState::Done { .. } | SlotState::Failed { .. } | SlotState::Skipped)
                && self.is_clean_up(slot)
        });
        // What waits for a clean-up that failed is never begun.
        open.any(|&slot| !self.state(slot).is_pending() || self.may_begin(slot))
    }

    /// The rollout that is half-way and began last.
    pub(crate) fn next_to_return(&self) -> Option<usize> {
        self.last_half_way(|run, index| {
            // What a handler brings back, it brings back itself.
            let by = run.rollouts[index].reopened;
            !by.is_some_and(|slot| matches!(run.state(slot), SlotState::BringingBack))
        })
    }

    /// The rollout that is half-way, has not been given up, and began last, of those that are asked for.
    pub(crate) fn last_half_way(&self, asked: impl Fn(&Self, usize) -> bool) -> Option<usize> {
        let to_return = |index: &usize| self.rollouts[*index].is_half_way() && !self.rollouts[*index].given_up;
        let asked = (0..self.rollouts.len()).filter(to_return).filter(|&index| asked(self, index));
        asked.max_by_key(|&index| self.slots.begins[index])
    }

    fn status_after_return(&self) -> RunStatus {
        let kind = self.head.cause.as_ref().map_or(CauseKind::Step, |cause| cause.kind);
        let returned = (0..self.rollouts.len()).any(|index| self.was_returned(index));
        match (kind, returned) {
            _ if self.head.escalated => RunStatus::Unsafe,
            (CauseKind::Steal, _) => RunStatus::Unsafe,
            (CauseKind::Abort, _) => RunStatus::Aborted,
            (_, true) | (CauseKind::Rollback, false) => RunStatus::RolledBack,
            (CauseKind::Step | CauseKind::Gate, false) => RunStatus::Failed,
        }
    }
}

impl Run {
    /// Whether a rollout is back because the run failed: not because a step of the way forward has it brought back, nor in a
    /// step behind which the workflow went on.
    fn was_returned(&self, index: usize) -> bool {
        let state = &self.rollouts[index];
        let of_a_step = state.reopened.is_some_and(|slot| self.is_forward(slot) && self.state(slot).is_over());
        let settled = self.slots.begins[index].is_some_and(|slot| self.is_settled(slot));
        state.returned && !of_a_step && !settled
    }
}

impl RolloutState {
    /// Begun, and neither finished nor brought back.
    pub(crate) fn is_half_way(&self) -> bool {
        self.entered && !self.finished && !self.returned
    }
}

impl SlotState {
    pub(crate) fn undecided(message: &str) -> Self {
        Self::failed(format!("nobody knows whether this took effect: {message}"))
    }
}
