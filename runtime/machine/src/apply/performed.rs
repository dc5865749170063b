//! An effect has ended, or its answer is lost.

use plan::{Call, EffectClass, Retry};
use sha2::{Digest, Sha256};

use crate::action::Action;
use crate::moment::Moment;
use crate::ports::provider::{Outcome, Outputs};
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Attempt, CauseKind, SlotState};

impl Run {
    pub(crate) fn performed(&mut self, at: &Moment, node: &str, number: u32, outcome: &Outcome, out: &mut Vec<Action>) {
        let Some(slot) = self.slot(node) else { return };
        let SlotState::Performing(attempt) = self.state(slot) else { return };
        if attempt.number != number {
            return;
        }
        let attempt = attempt.clone();
        self.head.in_flight = self.head.in_flight.saturating_sub(1);
        match outcome {
            Outcome::Done(outputs) => self.effect_done(at, slot, outputs, out),
            Outcome::Failed { retryable, message } => {
                self.effect_failed(at, slot, &attempt, attempt.group.saturating_add(1), *retryable, message, out);
            }
            Outcome::Unknown { message } => self.effect_unknown(at, slot, attempt, message, out),
        }
    }

    pub(crate) fn effect_done(&mut self, at: &Moment, slot: SlotIndex, outputs: &Outputs, out: &mut Vec<Action>) {
        let which = match self.effect(slot).map(|effect| &effect.call) {
            Some(Call::Ensure { release, .. }) => Some(*release),
            Some(Call::Stop { .. } | Call::Shift { .. } | Call::Act { .. }) | None => None,
        };
        if let (Some(which), Outputs::Instances(instances), Some(index)) = (which, outputs, self.rollout_index(slot)) {
            self.rollout_mut(index).instances.insert(which, instances.clone());
        }
        self.done(at, slot, SlotState::Done { evidence: None }, out);
    }

    /// Tries again within the bounds, under `group`, or fails the slot.
    #[expect(clippy::too_many_arguments, reason = "one attempt's facts, used together here only")]
    pub(crate) fn effect_failed(
        &mut self,
        at: &Moment,
        slot: SlotIndex,
        attempt: &Attempt,
        group: u32,
        retryable: bool,
        message: &str,
        out: &mut Vec<Action>,
    ) {
        let Some(retry) = self.effect(slot).map(|effect| effect.retry) else { return };
        let gives_up = self.is_forward(slot) && self.head.cause.is_some();
        if gives_up {
            self.set(slot, SlotState::Failed { message: message.to_owned(), evidence: None });
            self.go_back(at, out);
        } else if retryable && attempt.number < retry.attempts {
            let wait_ms = back_off_ms(retry, attempt.number, self.id(slot));
            let (attempt, since) = (Attempt { group, ..attempt.clone() }, at.clone());
            self.set(slot, SlotState::BackingOff { attempt, since, wait_ms, message: message.to_owned() });
            out.push(Action::Wake { slot, since: at.clone(), after_ms: wait_ms });
        } else {
            let tried = if attempt.number > 1 { format!(" (tried {} times)", attempt.number) } else { String::new() };
            let message = format!("{message}{tried}");
            self.fail(at, slot, CauseKind::Step, SlotState::Failed { message, evidence: None }, out);
        }
    }

    /// What may follow a lost answer is a matter of the effect's class.
    pub(crate) fn effect_unknown(
        &mut self,
        at: &Moment,
        slot: SlotIndex,
        attempt: Attempt,
        message: &str,
        out: &mut Vec<Action>,
    ) {
        match self.effect(slot).map(|effect| effect.class) {
            None => {}
            Some(EffectClass::Idempotent) => {
                let group = attempt.group;
                self.effect_failed(at, slot, &attempt, group, true, message, out);
            }
            Some(EffectClass::Probeable) => self.probe(slot, attempt, out),
            Some(EffectClass::Once) => {
                self.unknown(slot, attempt, message);
                self.go_back(at, out);
            }
        }
    }

    pub(crate) fn probe(&mut self, slot: SlotIndex, attempt: Attempt, out: &mut Vec<Action>) {
        let Some((provider, request)) = self.request(slot, &attempt) else { return };
        let since = attempt.since.clone();
        self.set(slot, SlotState::Probing(attempt));
        self.head.in_flight += 1;
        out.push(Action::Probe { slot, provider, request, since });
    }
}

/// Doubling back-off, with a jitter of up to half of it taken from the attempt's identity, so that the machine
/// stays a function of its journal.
fn back_off_ms(retry: Retry, number: u32, id: &str) -> u64 {
    let doubled = retry.backoff_ms.saturating_mul(1 << number.saturating_sub(1).min(20));
    let base = doubled.min(retry.backoff_max_ms);
    let hash = Sha256::digest(format!("{id}/{number}"));
    let jitter = u64::from(u16::from_be_bytes([hash[0], hash[1]]));
    base / 2 + (base / 2).saturating_mul(jitter) / u64::from(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_their_bound_and_repeat_exactly() {
        let retry = Retry { attempts: 9, backoff_ms: 100, backoff_max_ms: 1_000 };
        let waits: Vec<u64> = (1..9).map(|number| back_off_ms(retry, number, "node")).collect();
        assert!(waits.iter().all(|wait| (50..=1_000).contains(wait)), "{waits:?}");
        assert!(waits[7] >= 500);
        assert_eq!(waits[3], back_off_ms(retry, 4, "node"));
        assert_ne!(back_off_ms(retry, 4, "node"), back_off_ms(retry, 4, "other"));
    }
}
