//! A runtime takes a run up again: everything that was under way is asked for once more, by the rules of its
//! class. What the earlier runtime had asked for may still land.

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Attempt, SlotState};

impl Run {
    pub(crate) fn resumed(&mut self, at: &Moment, out: &mut Vec<Action>) {
        self.head.in_flight = 0;
        for index in 0..self.states.len() {
            if let Ok(slot) = SlotIndex::try_from(index) {
                self.take_up(slot, out);
            }
        }
        self.go_back(at, out);
    }

    fn take_up(&mut self, slot: SlotIndex, out: &mut Vec<Action>) {
        match self.state(slot).clone() {
            SlotState::LookingUp => {
                if let Some((rollout, _)) = self.rollout_of(slot) {
                    let (environment, service) = (rollout.environment.clone(), rollout.service.clone());
                    out.push(Action::LookUp { slot, environment, service });
                }
            }
            SlotState::Performing(attempt) => self.take_up_effect(slot, attempt, out),
            SlotState::Probing(attempt) => self.probe(slot, attempt, out),
            SlotState::BackingOff { since, wait_ms, .. } => out.push(Action::Wake { slot, since, after_ms: wait_ms }),
            SlotState::Opening { since } => out.push(self.open_action(slot, since)),
            SlotState::Holding(holding) => {
                if let Some(source) = self.source(slot) {
                    out.push(Action::Watch { slot, source });
                }
                let mut resumed = holding.clone();
                resumed.concluding = false;
                self.set(slot, SlotState::Holding(resumed));
                out.push(Action::Wake { slot, since: holding.since, after_ms: holding.duration_ms });
            }
            SlotState::Asking { since, .. } => {
                if let Some(source) = self.source(slot) {
                    out.push(Action::Watch { slot, source });
                }
                out.push(Action::Wake { slot, since, after_ms: super::judged::ASK_MS_MAX });
            }
            SlotState::Approving { since, .. } => {
                if let Some(plan::Work::Approval(approval)) = self.work(slot) {
                    out.push(Action::Wake { slot, since, after_ms: approval.within_ms });
                }
            }
            SlotState::Pending
            | SlotState::Unknown { .. }
            | SlotState::Done { .. }
            | SlotState::Failed { .. }
            | SlotState::Skipped => {}
        }
    }

    /// An intent without an outcome.
    fn take_up_effect(&mut self, slot: SlotIndex, attempt: Attempt, out: &mut Vec<Action>) {
        match self.effect(slot).map(|effect| effect.class) {
            None => {}
            Some(plan::EffectClass::Idempotent) => {
                if let Some((provider, request)) = self.request(slot, &attempt) {
                    self.head.in_flight += 1;
                    out.push(Action::Perform { slot, provider, request });
                }
            }
            Some(plan::EffectClass::Probeable) => self.probe(slot, attempt, out),
            Some(plan::EffectClass::Once) => {
                self.unknown(slot, attempt, "the runtime was stopped before the answer came");
            }
        }
    }
}
