//! A wait is over.

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{CauseKind, Holding, SlotState};

impl Run {
    pub(crate) fn woke(&mut self, at: &Moment, node: &str, out: &mut Vec<Action>) {
        let Some(slot) = self.slot(node) else { return };
        match self.state(slot).clone() {
            SlotState::BackingOff { attempt, .. } => {
                if self.perform(at, slot, attempt.number.saturating_add(1), attempt.group, out) {
                    self.go_on(at, slot, out);
                }
            }
            SlotState::Holding(holding) => self.hold_is_over(at, slot, holding, out),
            SlotState::Asking { holding, .. } => {
                let message = "nobody decided on the gate without an answer in time".to_owned();
                let failed = SlotState::Failed { message, evidence: holding.evidence };
                self.fail(at, slot, CauseKind::Gate, failed, out);
            }
            SlotState::Approving { since, by } => self.approval_expired(at, slot, &since, by.len(), out),
            SlotState::Pending
            | SlotState::LookingUp
            | SlotState::Performing(_)
            | SlotState::Probing(_)
            | SlotState::Unknown { .. }
            | SlotState::Opening { .. }
            | SlotState::Done { .. }
            | SlotState::Failed { .. }
            | SlotState::Skipped => {}
        }
    }

    fn hold_is_over(&mut self, at: &Moment, slot: SlotIndex, mut holding: Holding, out: &mut Vec<Action>) {
        if holding.concluding || at.left_of(holding.duration_ms, &holding.since) > 0 {
            return;
        }
        if self.head.paused {
            holding.due = true;
            self.set(slot, SlotState::Holding(holding));
            return;
        }
        self.conclude(at, slot, holding, out);
    }

    pub(crate) fn conclude(&mut self, at: &Moment, slot: SlotIndex, mut holding: Holding, out: &mut Vec<Action>) {
        let source = self.source(slot);
        if self.gate_of(slot).is_none() && source.is_none() {
            self.done(at, slot, SlotState::Done { evidence: holding.evidence }, out);
            return;
        }
        holding.concluding = true;
        holding.due = false;
        self.set(slot, SlotState::Holding(holding));
        out.push(Action::Conclude { slot, source });
    }

    fn approval_expired(&mut self, at: &Moment, slot: SlotIndex, since: &Moment, agreed: usize, out: &mut Vec<Action>) {
        let Some(plan::Work::Approval(approval)) = self.work(slot) else { return };
        if at.left_of(approval.within_ms, since) > 0 {
            return;
        }
        let message = format!("the approval expired: {agreed} of {} agreed in time", approval.quorum);
        self.fail(at, slot, CauseKind::Step, SlotState::Failed { message, evidence: None }, out);
    }
}
