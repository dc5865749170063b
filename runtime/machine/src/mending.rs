//! Drift: an effect whose outcome the world does not show any more is done again, under a new key.
//!
//! What is mended counts as done for what follows it. New steps of its rollout wait for it, because two weight
//! changes under way at once would be ordered by chance.

use plan::{Call, Which};

use crate::action::Action;
use crate::apply::back_off_ms;
use crate::moment::Moment;
use crate::ports::provider::{Instance, Outcome};
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Attempt, BackOff, CauseKind, Mending, SlotState, Tried};
use crate::view::RunStatus;

impl Run {
    /// Takes an observation, where it speaks of an effect that is still meant to hold.
    pub(crate) fn drifted(&mut self, at: &Moment, node: &str, drift: &str, out: &mut Vec<Action>) {
        let Some(slot) = self.slot(node) else { return };
        if !self.head.stopping && self.observed().iter().any(|observation| observation.slot == slot) {
            self.mend(at, slot, drift, out);
        }
    }

    fn mend(&mut self, at: &Moment, slot: SlotIndex, drift: &str, out: &mut Vec<Action>) {
        let tried = self.last_tried(slot);
        let attempt = Attempt { number: tried.number, group: tried.group.saturating_add(1), since: at.clone() };
        let mending = Mending { attempt, before: tried.number, drift: drift.to_owned(), waits: None };
        self.mend_again(at, slot, mending, out);
    }

    /// The last attempt at an effect that is done. An earlier version did not keep it: its keys are below the bound on
    /// attempts.
    pub(crate) fn last_tried(&self, slot: SlotIndex) -> Tried {
        let most = self.effect(slot).map_or(1, |effect| effect.retry.attempts);
        self.state(slot).tried().unwrap_or(Tried { number: most, group: most })
    }

    /// The next attempt at a mending.
    pub(crate) fn mend_again(&mut self, at: &Moment, slot: SlotIndex, mut mending: Mending, out: &mut Vec<Action>) {
        mending.attempt.number = mending.attempt.number.saturating_add(1);
        mending.attempt.since = at.clone();
        mending.waits = None;
        self.perform_mending(slot, mending, out);
    }

    pub(crate) fn perform_mending(&mut self, slot: SlotIndex, mending: Mending, out: &mut Vec<Action>) {
        let Some((provider, request)) = self.request_again(slot, &mending.attempt) else { return };
        self.set(slot, SlotState::Mending(mending));
        self.head.in_flight += 1;
        out.push(Action::Perform { slot, provider, request });
    }

    pub(crate) fn mended(
        &mut self,
        at: &Moment,
        slot: SlotIndex,
        mending: Mending,
        number: u32,
        outcome: &Outcome,
        out: &mut Vec<Action>,
    ) {
        if mending.waits.is_some() || mending.attempt.number != number {
            return;
        }
        self.head.in_flight = self.head.in_flight.saturating_sub(1);
        match outcome {
            Outcome::Done(outputs) => {
                let before = self.addresses(slot);
                self.keep_outputs(slot, outputs);
                self.set_mended(slot, &mending);
                if self.addresses(slot) != before {
                    self.mend_what_routes_to(at, slot, out);
                }
                self.after_mending(at, out);
            }
            Outcome::Failed { retryable, message } => {
                let next = mending.attempt.of_next_group();
                self.mending_failed(at, slot, Mending { attempt: next, ..mending }, *retryable, message, out);
            }
            // Only what may be repeated is mended, so a lost answer is followed by the same request.
            Outcome::Unknown { message } => self.mending_failed(at, slot, mending, true, message, out),
        }
    }

    /// The effect holds again.
    fn set_mended(&mut self, slot: SlotIndex, mending: &Mending) {
        self.set(slot, SlotState::Done { evidence: None, note: None, tried: Some(mending.attempt.tried()) });
    }

    fn mending_failed(
        &mut self,
        at: &Moment,
        slot: SlotIndex,
        mut mending: Mending,
        retryable: bool,
        message: &str,
        out: &mut Vec<Action>,
    ) {
        let Some(retry) = self.effect(slot).map(|effect| effect.retry) else { return };
        let tries = mending.attempt.number.saturating_sub(mending.before);
        if self.is_left_behind(slot) {
            // The way back takes over.
            self.set_mended(slot, &mending);
            self.go_back(at, out);
        } else if retryable && tries < retry.attempts {
            let wait_ms = back_off_ms(retry, tries, self.id(slot));
            out.push(Action::Wake { slot, since: at.clone(), after_ms: wait_ms });
            mending.waits = Some(BackOff { since: at.clone(), wait_ms, message: message.to_owned() });
            self.set(slot, SlotState::Mending(mending));
        } else {
            let failed = format!("{}, and doing it again failed: {message}", mending.drift);
            self.fail(at, slot, CauseKind::Step, SlotState::failed(failed), out);
        }
    }

    /// Instances that came up elsewhere get no traffic until the routes name them.
    fn mend_what_routes_to(&mut self, at: &Moment, slot: SlotIndex, out: &mut Vec<Action>) {
        let (Some(which), Some(index)) = (self.release_ensured(slot), self.rollout_index(slot)) else { return };
        let shift = self.meant_to_hold(index).into_iter().find(|&slot| self.routes_to(slot, which));
        if let Some(shift) = shift {
            let drift = format!("`{}` was done again, and its instances have other addresses", self.id(slot));
            self.mend(at, shift, &drift, out);
        }
    }

    /// The release that an effect starts.
    pub(crate) fn release_ensured(&self, slot: SlotIndex) -> Option<Which> {
        match self.effect(slot)?.call {
            Call::Ensure { release, .. } => Some(release),
            Call::Stop { .. } | Call::Shift { .. } | Call::Act { .. } => None,
        }
    }

    /// Whether an effect gives a release a share of the traffic.
    pub(crate) fn routes_to(&self, slot: SlotIndex, which: Which) -> bool {
        match self.effect(slot).map(|effect| &effect.call) {
            Some(Call::Shift { weights, .. }) => weights.iter().any(|(routed, _)| *routed == which),
            Some(Call::Ensure { .. } | Call::Stop { .. } | Call::Act { .. }) | None => false,
        }
    }

    fn addresses(&self, slot: SlotIndex) -> Vec<String> {
        let state = self.rollout_of(slot).map(|(_, state)| state);
        let instances = self.release_ensured(slot).and_then(|which| state?.instances.get(&which));
        let address = |instance: &Instance| instance.address.clone();
        instances.map(|instances| instances.iter().map(address).collect()).unwrap_or_default()
    }

    fn after_mending(&mut self, at: &Moment, out: &mut Vec<Action>) {
        if self.head.status == RunStatus::Advancing {
            self.advance(at, out);
        }
        self.go_back(at, out);
    }

    /// Whether something of a slot's rollout is being mended.
    pub(crate) fn waits_for_mending(&self, slot: SlotIndex) -> bool {
        self.mending > 0
            && self.rollout_index(slot).is_some_and(|index| {
                self.slots.of_rollout(index).any(|member| self.states[member as usize].is_mending())
            })
    }
}
