//! Going back: a failing step returns what is half-way to its safe side, last begun first, and never loops.
//!
//! A rollout that has finished does not go back. What of it is left to do, its clean-up, is done to its end also
//! when the run goes back, so that no end claims more than is so.

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
        let message = match &failed {
            SlotState::Failed { message, .. } => message.clone(),
            _ => String::new(),
        };
        self.set(slot, failed);
        if !self.is_forward(slot) || self.node(slot).is_some_and(|node| node.past_return) {
            self.escalate(at, slot, message, out);
            return;
        }
        let cause = Cause { kind, node: Some(self.id(slot).to_owned()), message };
        self.turn_around(at, cause, out);
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
        self.head.escalated = true;
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
    fn left_behind(&self, slot: SlotIndex) -> Option<SlotState> {
        match self.state(slot) {
            _ if self.is_clean_up(slot) => None,
            SlotState::Unknown { message, .. } => Some(SlotState::undecided(message)),
            SlotState::LookingUp
            | SlotState::BackingOff { .. }
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
        self.is_forward(slot) && self.head.status == RunStatus::Returning && !self.is_clean_up(slot)
    }

    /// Takes the next step of the way back once nothing is under way.
    pub(crate) fn go_back(&mut self, at: &Moment, out: &mut Vec<Action>) {
        if self.head.status != RunStatus::Returning {
            return;
        }
        self.clean_up(at, out);
        if self.head.in_flight > 0 {
            return;
        }
        while let Some(rollout) = self.next_to_return() {
            if !self.step_back(at, rollout, out) {
                return;
            }
        }
        if self.head.status == RunStatus::Returning && !self.cleans_up() {
            self.end(at, self.status_after_return(), out);
        }
    }

    /// Takes a rollout's next step back; false when that is under way, true when it was complete at once or there is
    /// none left.
    fn step_back(&mut self, at: &Moment, rollout: usize, out: &mut Vec<Action>) -> bool {
        let next = self.slots.way_back(rollout).find(|&slot| !matches!(self.state(slot), SlotState::Done { .. }));
        match next {
            Some(slot) if self.state(slot).is_pending() && !self.head.stopping => self.perform(at, slot, 1, 1, out),
            Some(_) => false,
            None => {
                self.rollout_mut(rollout).returned = true;
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
        let members = self.slots.members.iter().flatten();
        let mut open = members.filter(|&&slot| {
            !matches!(self.state(slot), SlotState::Done { .. } | SlotState::Failed { .. } | SlotState::Skipped)
                && self.is_clean_up(slot)
        });
        // What waits for a clean-up that failed is never begun.
        open.any(|&slot| !self.state(slot).is_pending() || self.may_begin(slot))
    }

    /// The rollout that is half-way and began last.
    pub(crate) fn next_to_return(&self) -> Option<usize> {
        let to_return = |index: &usize| self.rollouts[*index].is_half_way() && !self.rollouts[*index].given_up;
        (0..self.rollouts.len()).filter(to_return).max_by_key(|&index| self.slots.begins[index])
    }

    fn status_after_return(&self) -> RunStatus {
        let kind = self.head.cause.as_ref().map_or(CauseKind::Step, |cause| cause.kind);
        let returned = self.rollouts.iter().any(|rollout| rollout.returned);
        match (kind, returned) {
            _ if self.head.escalated => RunStatus::Unsafe,
            (CauseKind::Steal, _) => RunStatus::Unsafe,
            (CauseKind::Abort, _) => RunStatus::Aborted,
            (_, true) | (CauseKind::Rollback, false) => RunStatus::RolledBack,
            (CauseKind::Step | CauseKind::Gate, false) => RunStatus::Failed,
        }
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
