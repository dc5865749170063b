//! An effect has ended, or its answer is lost.

use plan::{Call, EffectClass, Retry};
use sha2::{Digest, Sha256};

use crate::action::Action;
use crate::moment::Moment;
use crate::ports::provider::{Outcome, Outputs};
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Attempt, CauseKind, SlotState, Tried};

impl Run {
    pub(crate) fn performed(&mut self, at: &Moment, node: &str, number: u32, outcome: &Outcome, out: &mut Vec<Action>) {
        let Some(slot) = self.slot(node) else { return };
        let attempt = match self.state(slot) {
            SlotState::Performing(attempt) => attempt.clone(),
            SlotState::Mending(mending) => {
                let mending = mending.clone();
                return self.mended(at, slot, mending, number, outcome, out);
            }
            _ => return,
        };
        if attempt.number != number {
            return;
        }
        self.head.in_flight = self.head.in_flight.saturating_sub(1);
        match outcome {
            Outcome::Done(outputs) => self.effect_done(at, slot, &attempt, outputs, out),
            Outcome::Failed { retryable, message } => {
                self.effect_failed(at, slot, &attempt, attempt.group.saturating_add(1), *retryable, message, out);
            }
            Outcome::Unknown { message } => self.effect_unknown(at, slot, attempt, message, out),
        }
    }

    pub(crate) fn effect_done(
        &mut self,
        at: &Moment,
        slot: SlotIndex,
        attempt: &Attempt,
        outputs: &Outputs,
        out: &mut Vec<Action>,
    ) {
        self.keep_outputs(slot, outputs);
        self.keep_value(slot, outputs);
        self.done(at, slot, SlotState::Done { evidence: None, note: None, tried: Some(attempt.tried()) }, out);
    }

    /// Keeps the instances that an effect answered with.
    pub(crate) fn keep_outputs(&mut self, slot: SlotIndex, outputs: &Outputs) {
        let which = match self.effect(slot).map(|effect| &effect.call) {
            Some(Call::Ensure { release, .. }) => Some(*release),
            Some(Call::Stop { .. } | Call::Shift { .. } | Call::Act { .. }) | None => None,
        };
        if let (Some(which), Outputs::Instances(instances), Some(index)) = (which, outputs, self.rollout_index(slot)) {
            self.rollout_mut(index).instances.insert(which, instances.clone());
        }
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
        if self.is_left_behind(slot) {
            self.fail_left_behind(slot, SlotState::failed(message));
            self.go_back(at, out);
        } else if retryable && attempt.number < retry.attempts && !self.is_late_aside(slot) {
            let wait_ms = back_off_ms(retry, attempt.number, self.id(slot));
            let (attempt, since) = (Attempt { group, ..attempt.clone() }, at.clone());
            self.set(slot, SlotState::BackingOff { attempt, since, wait_ms, message: message.to_owned() });
            out.push(Action::Wake { slot, since: at.clone(), after_ms: wait_ms });
        } else {
            let tried = if attempt.number > 1 { format!(" (tried {} times)", attempt.number) } else { String::new() };
            let message = format!("{message}{tried}");
            if self.tolerates(slot) {
                return self.done_without(at, slot, attempt, &message, out);
            }
            self.fail(at, slot, CauseKind::Step, SlotState::failed(message), out);
        }
    }

    /// Whether a slot beside the way forward is of a step that has failed already: nothing of that is tried again.
    fn is_late_aside(&self, slot: SlotIndex) -> bool {
        self.is_aside(slot) && self.is_of_a_failed_step(slot)
    }

    /// Whether the failure of a slot fails nothing.
    fn tolerates(&self, slot: SlotIndex) -> bool {
        self.effect(slot).is_some_and(|effect| effect.tolerated)
    }

    /// Goes on although an effect did not take place, or may not have, and says so.
    fn done_without(&mut self, at: &Moment, slot: SlotIndex, attempt: &Attempt, message: &str, out: &mut Vec<Action>) {
        let note = Some(format!("not done, which fails nothing: {message}"));
        self.done(at, slot, SlotState::Done { evidence: None, note, tried: Some(attempt.tried()) }, out);
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
            Some(EffectClass::Probeable | EffectClass::Once) if self.tolerates(slot) => {
                self.done_without(at, slot, &attempt, message, out);
            }
            Some(EffectClass::Idempotent) => {
                let group = attempt.group;
                self.effect_failed(at, slot, &attempt, group, true, message, out);
            }
            Some(EffectClass::Probeable) => self.probe(at, slot, attempt, out),
            Some(EffectClass::Once) => {
                self.unknown(at, slot, attempt, message, out);
                self.go_back(at, out);
            }
        }
    }

    /// Asks whether an attempt took effect. A request of an earlier boot may have been sent at any time before the
    /// host went down, by a clock that nobody can compare: its whole time is waited for again.
    pub(crate) fn probe(&mut self, at: &Moment, slot: SlotIndex, attempt: Attempt, out: &mut Vec<Action>) {
        let Some((provider, request)) = self.request(slot, &attempt) else { return };
        let since = if attempt.since.boot == at.boot { attempt.since.clone() } else { at.clone() };
        self.set(slot, SlotState::Probing(attempt));
        // A runtime that stops does not begin to wait; whoever takes the run up asks.
        if self.head.stopping {
            return;
        }
        self.head.in_flight += 1;
        out.push(Action::Probe { slot, provider, request, since });
    }
}

impl Attempt {
    pub(crate) fn tried(&self) -> Tried {
        Tried { number: self.number, group: self.group }
    }

    /// The same attempt, so that what follows it has a key of its own.
    pub(crate) fn of_next_group(&self) -> Self {
        Self { group: self.group.saturating_add(1), ..self.clone() }
    }
}

impl SlotState {
    /// The last attempt that was made, for effects.
    pub(crate) fn tried(&self) -> Option<Tried> {
        match self {
            Self::Performing(attempt)
            | Self::Probing(attempt)
            | Self::BackingOff { attempt, .. }
            | Self::Unknown { attempt, .. } => Some(attempt.tried()),
            Self::Mending(mending) => Some(mending.attempt.tried()),
            Self::Done { tried, .. } => *tried,
            _ => None,
        }
    }
}

/// Doubling back-off, with a jitter of up to half of it taken from the attempt's identity, so that the machine
/// stays a function of its journal.
pub(crate) fn back_off_ms(retry: Retry, number: u32, id: &str) -> u64 {
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
