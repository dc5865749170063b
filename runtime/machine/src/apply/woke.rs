//! A wait is over. A timer may be late, or of a wait that was ended or extended meanwhile: what is left of the wait
//! as it stands decides.

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Attempt, CauseKind, Holding, SlotState};
use crate::wait::written;

use super::extend::UNKNOWN_MS_MAX;

impl Run {
    pub(crate) fn woke(&mut self, at: &Moment, node: &str, out: &mut Vec<Action>) {
        let Some(slot) = self.slot(node) else { return };
        // Whoever takes the run up waits again for what is over by then.
        if self.head.stopping || self.pause_is_over(at, out) {
            return;
        }
        self.fail_what_is_late(at, out);
        match self.state(slot).clone() {
            SlotState::BackingOff { attempt, since, wait_ms, .. } => {
                if !self.is_paused(slot) && at.left_of(wait_ms, &since) == 0 {
                    self.try_again(at, slot, &attempt, out);
                }
            }
            SlotState::Mending(mending) => {
                if mending.waits.as_ref().is_some_and(|waits| at.left_of(waits.wait_ms, &waits.since) == 0) {
                    self.mend_again(at, slot, mending, out);
                }
            }
            SlotState::Holding(holding) => self.hold_is_over(at, slot, holding, out),
            SlotState::Until { at_ms, .. } => self.until_is_over(at, slot, at_ms, out),
            SlotState::Asking { .. } | SlotState::Approving { .. } | SlotState::Unknown { .. } => {
                self.nobody_decided(at, slot, out);
            }
            SlotState::Pending
            | SlotState::BringingBack
            | SlotState::LookingUp
            | SlotState::Performing(_)
            | SlotState::Probing(_)
            | SlotState::Opening { .. }
            | SlotState::Done { .. }
            | SlotState::Failed { .. }
            | SlotState::Skipped => {}
        }
    }

    /// The attempt after this one, under this one's group.
    pub(crate) fn try_again(&mut self, at: &Moment, slot: SlotIndex, attempt: &Attempt, out: &mut Vec<Action>) {
        if self.perform(at, slot, attempt.number.saturating_add(1), attempt.group, out) {
            self.go_on(at, slot, out);
        }
    }

    pub(crate) fn hold_is_over(&mut self, at: &Moment, slot: SlotIndex, mut holding: Holding, out: &mut Vec<Action>) {
        if holding.concluding || !holding.is_over(at) {
            return;
        }
        if self.is_paused(slot) {
            holding.due = true;
            self.set(slot, SlotState::Holding(holding));
            return;
        }
        if holding.agreed.is_some() {
            self.leave_hold(at, slot, holding, out);
        } else if let Some(at_ms) = self.held_open_until(at, slot) {
            self.hold_on(slot, holding, at_ms, out);
        } else {
            self.conclude(at, slot, holding, out);
        }
    }

    /// Ends a hold well, unless what follows waits for an opening: until then it goes on.
    pub(crate) fn leave_hold(&mut self, at: &Moment, slot: SlotIndex, holding: Holding, out: &mut Vec<Action>) {
        match self.held_open_until(at, slot) {
            Some(at_ms) => self.hold_on(slot, holding, at_ms, out),
            None => {
                let Holding { evidence, agreed: note, .. } = holding;
                self.done(at, slot, SlotState::Done { evidence, note, tried: None }, out);
            }
        }
    }

    /// What follows waits for an opening: until then the hold goes on.
    fn hold_on(&mut self, slot: SlotIndex, mut holding: Holding, at_ms: i64, out: &mut Vec<Action>) {
        let words = format!("goes on, because what follows waits for an opening, until {}", plan::window::shown(at_ms));
        out.push(Action::Note { node: self.id(slot).to_owned(), words });
        out.push(Action::WakeAt { slot, at_ms });
        (holding.due, holding.concluding) = (false, false);
        self.set(slot, SlotState::Holding(holding));
    }

    /// Whether a slot goes no further because somebody paused the run: what goes back or ends the run is never paused.
    pub(crate) fn is_paused(&self, slot: SlotIndex) -> bool {
        self.head.paused && self.is_forward(slot)
    }

    pub(crate) fn conclude(&mut self, at: &Moment, slot: SlotIndex, mut holding: Holding, out: &mut Vec<Action>) {
        let source = self.source(slot);
        if self.gate_of(slot).is_none() && source.is_none() {
            self.leave_hold(at, slot, holding, out);
            return;
        }
        holding.concluding = true;
        holding.due = false;
        self.set(slot, SlotState::Holding(holding));
        out.push(Action::Conclude { slot, source });
    }

    /// The time of the people who were to decide is over: the step fails.
    fn nobody_decided(&mut self, at: &Moment, slot: SlotIndex, out: &mut Vec<Action>) {
        if self.wait_of(slot).is_none_or(|(wait, duration_ms)| wait.left_ms(at, duration_ms) > 0) {
            return;
        }
        let (kind, message, evidence) = match self.state(slot).clone() {
            SlotState::Asking { holding, .. } => {
                let message = "nobody decided on the gate without an answer in time".to_owned();
                (CauseKind::Gate, message, holding.evidence)
            }
            SlotState::Unknown { message, wait, .. } => {
                let whole = wait.map_or(UNKNOWN_MS_MAX, |wait| wait.whole_ms(UNKNOWN_MS_MAX));
                let within = written(whole);
                let message = format!(
                    "undecided: nobody knows whether this took effect ({message}), and nobody decided within {within}"
                );
                (CauseKind::Step, message, None)
            }
            SlotState::Approving { by, .. } => {
                let quorum = match self.work(slot) {
                    Some(plan::Work::Approval(approval)) => approval.quorum,
                    _ => 1,
                };
                (CauseKind::Step, format!("the approval expired: {} of {quorum} agreed in time", by.len()), None)
            }
            _ => return,
        };
        self.fail(at, slot, kind, SlotState::Failed { message, evidence }, out);
    }
}
