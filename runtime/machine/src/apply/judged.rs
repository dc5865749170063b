//! A gate has been looked at.

use crate::action::Action;
use crate::evidence::{Evidence, Verdict};
use crate::moment::Moment;
use crate::run::Run;
use crate::sampling::taken;
use crate::slots::SlotIndex;
use crate::state::{CauseKind, Holding, SlotState};
use crate::wait::{DAY_MS, Wait};

/// How long a person has to decide on a gate without an answer before the run goes back by itself: a day.
pub(crate) const ASK_MS_MAX: u64 = DAY_MS;

impl Run {
    pub(crate) fn judged(&mut self, at: &Moment, node: &str, last: bool, evidence: &Evidence, out: &mut Vec<Action>) {
        let Some(slot) = self.slot(node) else { return };
        let continuous = self.gate_of(slot).is_none_or(|(_, guard)| guard.continuous);
        let (SlotState::Holding(holding) | SlotState::Asking { holding, .. }) = self.state(slot) else { return };
        let mut holding = holding.clone();
        holding.evidence = Some(Box::new(evidence.clone()));
        holding.remember(evidence);
        if let Some(sampled_ms) = evidence.sampled_ms {
            holding.sampled = Some(taken(at, sampled_ms));
        }
        if let SlotState::Asking { wait, .. } = self.state(slot) {
            let wait = wait.clone();
            // The traffic stays while a person decides, so a failure still counts; a pass is theirs to see.
            if evidence.verdict == Verdict::Fail && continuous {
                self.gate_failed(at, slot, evidence, evidence.cause.clone(), out);
            } else {
                self.set(slot, SlotState::Asking { wait, holding });
            }
            return;
        }
        let last = last && holding.concluding;
        if last && self.gate_of(slot).is_none() {
            // Nothing judges this hold; its last look says which shares were measured.
            self.leave_hold(at, slot, holding, out);
            return;
        }
        match evidence.verdict {
            Verdict::Fail if last || continuous => self.gate_failed(at, slot, evidence, evidence.cause.clone(), out),
            Verdict::Pass if last || (holding.extended && self.may_end_early(at, slot)) => {
                self.leave_hold(at, slot, holding, out);
            }
            Verdict::Inconclusive if last => self.inconclusive(at, slot, holding, evidence, out),
            Verdict::Pass | Verdict::Fail | Verdict::Inconclusive => self.set(slot, SlotState::Holding(holding)),
        }
    }

    /// Whether an extended hold ends with the first look that passes: not while the run is paused, nor while what follows
    /// waits for an opening.
    fn may_end_early(&self, at: &Moment, slot: SlotIndex) -> bool {
        !self.is_paused(slot) && self.held_open_until(at, slot).is_none()
    }

    fn gate_failed(
        &mut self,
        at: &Moment,
        slot: SlotIndex,
        evidence: &Evidence,
        message: String,
        out: &mut Vec<Action>,
    ) {
        let failed = SlotState::Failed { message, evidence: Some(Box::new(evidence.clone())) };
        self.fail(at, slot, CauseKind::Gate, failed, out);
    }

    fn inconclusive(
        &mut self,
        at: &Moment,
        slot: SlotIndex,
        mut holding: Holding,
        evidence: &Evidence,
        out: &mut Vec<Action>,
    ) {
        let Some(policy) = self.gate_of(slot).map(|(gate, _)| gate.inconclusive.clone()) else { return };
        holding.concluding = false;
        if !holding.extended && policy.extend_ms > 0 {
            holding.extended = true;
            let so_far = holding.wait.over_ms(at).saturating_sub(holding.wait.extended_ms).max(holding.duration_ms);
            holding.duration_ms = so_far.saturating_add(policy.extend_ms);
            out.push(holding.wait.wake(slot, holding.duration_ms));
            self.set(slot, SlotState::Holding(holding));
            return;
        }
        match policy.then {
            plan::Undecided::Rollback => {
                let message = format!("gate `{}` stayed without an answer: {}", evidence.gate, evidence.cause);
                self.gate_failed(at, slot, evidence, message, out);
            }
            plan::Undecided::Hold | plan::Undecided::Ask => {
                let wait = Wait::from(at);
                out.push(wait.wake(slot, ASK_MS_MAX));
                self.set(slot, SlotState::Asking { wait, holding });
            }
        }
    }
}
