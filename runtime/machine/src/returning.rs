//! Going back: a failing step returns what is half-way to its safe side, last begun first, and never loops.

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Attempt, Cause, CauseKind, SlotState};
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

    /// A way back that fails, or a failure behind the point of no return, needs a person: once, and for good.
    fn escalate(&mut self, at: &Moment, slot: SlotIndex, message: String, out: &mut Vec<Action>) {
        let node = self.id(slot).to_owned();
        let kind = self.head.cause.as_ref().map_or(CauseKind::Step, |cause| cause.kind);
        let message = match &self.head.cause {
            Some(cause) => format!("{}; then the way back failed at `{node}`: {message}", cause.message),
            None => message,
        };
        self.head.cause = Some(Cause { kind, node: Some(node), message });
        self.end(at, RunStatus::Unsafe, out);
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
        self.head.paused = false;
        for index in 0..self.plan.body.nodes.len() {
            let left = match &self.states[index] {
                SlotState::Unknown { message, .. } => Some(undecided(message)),
                SlotState::LookingUp
                | SlotState::BackingOff { .. }
                | SlotState::Opening { .. }
                | SlotState::Holding(_)
                | SlotState::Asking { .. }
                | SlotState::Approving { .. } => Some(SlotState::Skipped),
                SlotState::Pending
                | SlotState::Performing(_)
                | SlotState::Probing(_)
                | SlotState::Done { .. }
                | SlotState::Failed { .. }
                | SlotState::Skipped => None,
            };
            if let (Some(left), Ok(slot)) = (left, SlotIndex::try_from(index)) {
                self.set(slot, left);
            }
        }
        self.go_back(at, out);
    }

    /// Takes the next step of the way back once nothing is under way.
    pub(crate) fn go_back(&mut self, at: &Moment, out: &mut Vec<Action>) {
        if self.head.status != RunStatus::Returning || self.head.in_flight > 0 {
            return;
        }
        while let Some(rollout) = self.next_to_return() {
            let next = self.slots.way_back(rollout).find(|&slot| !self.states[slot as usize].is_over());
            match next {
                Some(slot) if self.states[slot as usize].is_pending() => {
                    if !self.perform(at, slot, 1, 1, out) {
                        return;
                    }
                }
                Some(_) => return,
                None => self.rollout_mut(rollout).returned = true,
            }
        }
        let status = self.status_after_return();
        if self.head.status == RunStatus::Returning {
            self.end(at, status, out);
        }
    }

    /// Nobody knows whether an effect took place. On the way forward a person decides; a way back does not wait
    /// for that, and the step says so for good.
    pub(crate) fn unknown(&mut self, slot: SlotIndex, attempt: Attempt, message: &str) {
        let no_matter = self.is_forward(slot) && self.head.status == RunStatus::Returning;
        let unknown = || SlotState::Unknown { attempt, message: message.to_owned() };
        self.set(slot, if no_matter { undecided(message) } else { unknown() });
    }

    /// The rollout that is half-way and began last.
    fn next_to_return(&self) -> Option<usize> {
        let half_way = |index: &usize| {
            let state = &self.rollouts[*index];
            state.entered && !state.finished && !state.returned
        };
        (0..self.rollouts.len()).filter(half_way).max_by_key(|&index| self.slots.begins[index])
    }

    fn status_after_return(&self) -> RunStatus {
        let kind = self.head.cause.as_ref().map_or(CauseKind::Step, |cause| cause.kind);
        let returned = self.rollouts.iter().any(|rollout| rollout.returned);
        match (kind, returned) {
            (CauseKind::Abort, _) => RunStatus::Aborted,
            (_, true) | (CauseKind::Rollback, false) => RunStatus::RolledBack,
            (CauseKind::Step | CauseKind::Gate, false) => RunStatus::Failed,
        }
    }
}

fn undecided(message: &str) -> SlotState {
    SlotState::Failed { message: format!("nobody knows whether this took effect: {message}"), evidence: None }
}
