//! A runtime takes a run up again: everything that was under way is asked for once more, by the rules of its
//! class. What the earlier runtime had asked for may still land. What could not begin while it stopped begins now.

use crate::action::Action;
use crate::advance::look_up;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Attempt, Holding, Mending, SlotState};
use crate::wait::Wait;

use super::extend::UNKNOWN_MS_MAX;

impl Run {
    pub(crate) fn resumed(&mut self, at: &Moment, settles: bool, out: &mut Vec<Action>) {
        self.head.in_flight = 0;
        self.head.stopping = false;
        for index in 0..self.states.len() {
            if let Ok(slot) = SlotIndex::try_from(index) {
                self.take_up(at, slot, settles, out);
            }
        }
        self.take_up_pause(at, out);
        self.take_up_scopes(at, out);
        self.fail_what_is_late(at, out);
        if self.head.status == crate::view::RunStatus::Advancing {
            self.advance(at, out);
        }
        self.go_back(at, out);
    }

    fn take_up_pause(&mut self, at: &Moment, out: &mut Vec<Action>) {
        if self.head.paused {
            self.head.pause.get_or_insert_with(|| Wait::from(at)).take_up_by_wall(at);
            self.wait_for_resume(out);
        }
    }

    fn take_up(&mut self, at: &Moment, slot: SlotIndex, settles: bool, out: &mut Vec<Action>) {
        match self.state(slot).clone() {
            SlotState::LookingUp => {
                if let Some((rollout, _)) = self.rollout_of(slot) {
                    out.push(look_up(slot, rollout));
                }
            }
            SlotState::Performing(attempt) => self.take_up_effect(at, slot, attempt, settles, out),
            SlotState::Probing(attempt) => self.probe(at, slot, attempt, out),
            SlotState::Mending(mending) => self.take_up_mending(at, slot, mending, out),
            SlotState::BackingOff { attempt, since, wait_ms, message } => {
                let since = in_this_boot(since, at);
                out.push(Action::Wake { slot, since: since.clone(), after_ms: wait_ms });
                self.set(slot, SlotState::BackingOff { attempt, since, wait_ms, message });
            }
            SlotState::Opening { since } => {
                let since = in_this_boot(since, at);
                self.set(slot, SlotState::Opening { since: since.clone() });
                out.push(self.open_action(slot, since));
            }
            SlotState::Holding(holding) => self.take_up_hold(at, slot, holding, out),
            SlotState::Asking { .. } | SlotState::Approving { .. } | SlotState::Unknown { .. } => {
                self.take_up_wait(at, slot, out);
            }
            SlotState::Until { at_ms, .. } => out.push(Action::WakeAt { slot, at_ms }),
            SlotState::Pending
            | SlotState::BringingBack
            | SlotState::Done { .. }
            | SlotState::Failed { .. }
            | SlotState::Skipped => {}
        }
    }

    fn watch_again(&self, slot: SlotIndex, out: &mut Vec<Action>) {
        if let Some(source) = self.source(slot) {
            out.push(Action::Watch { slot, source });
        }
    }

    fn take_up_hold(&mut self, at: &Moment, slot: SlotIndex, mut holding: Holding, out: &mut Vec<Action>) {
        holding.concluding = false;
        holding.wait.take_up_by_boot(at, self.head.seen.as_ref());
        self.watch_again(slot, out);
        let wake = holding.wait.wake(slot, holding.duration_ms);
        let over = Action::Wake { slot, since: at.clone(), after_ms: 0 };
        out.push(if holding.agreed.is_some() { over } else { wake });
        self.set(slot, SlotState::Holding(holding));
    }

    /// People wait by the clock on the wall while the host is away.
    fn take_up_wait(&mut self, at: &Moment, slot: SlotIndex, out: &mut Vec<Action>) {
        let mut state = self.state(slot).clone();
        match &mut state {
            SlotState::Asking { wait, .. } | SlotState::Approving { wait, .. } => wait.take_up_by_wall(at),
            SlotState::Unknown { wait, .. } => wait.get_or_insert_with(|| Wait::from(at)).take_up_by_wall(at),
            _ => {}
        }
        if matches!(state, SlotState::Asking { .. }) {
            self.watch_again(slot, out);
        }
        self.set(slot, state);
        if let Some((wait, duration_ms)) = self.wait_of(slot) {
            out.push(wait.wake(slot, duration_ms));
        }
    }

    /// An intent without an outcome. A once-only effect may be about to end well: nobody is asked before its end is known,
    /// or is known not to be known.
    fn take_up_effect(&mut self, at: &Moment, slot: SlotIndex, attempt: Attempt, settles: bool, out: &mut Vec<Action>) {
        match self.effect(slot).map(|effect| effect.class) {
            None => {}
            Some(plan::EffectClass::Idempotent) => {
                if let Some((provider, request)) = self.request(slot, &attempt) {
                    self.head.in_flight += 1;
                    out.push(Action::Perform { slot, provider, request });
                }
            }
            Some(plan::EffectClass::Probeable) => self.probe(at, slot, attempt, out),
            Some(plan::EffectClass::Once) if settles => {
                if let Some((provider, request)) = self.request(slot, &attempt) {
                    self.head.in_flight += 1;
                    out.push(Action::Settle { slot, provider, request });
                }
            }
            Some(plan::EffectClass::Once) => {
                self.unknown(at, slot, attempt, "the runtime was stopped before the answer came", out);
            }
        }
    }

    fn take_up_mending(&mut self, at: &Moment, slot: SlotIndex, mut mending: Mending, out: &mut Vec<Action>) {
        let Some(waits) = &mut mending.waits else {
            self.perform_mending(slot, mending, out);
            return;
        };
        waits.since = in_this_boot(waits.since.clone(), at);
        out.push(Action::Wake { slot, since: waits.since.clone(), after_ms: waits.wait_ms });
        self.set(slot, SlotState::Mending(mending));
    }

    /// Nobody knows whether an effect took place. On the way forward a person decides, within a day; a way back does
    /// not wait for that, and the step says so for good.
    pub(crate) fn unknown(
        &mut self,
        at: &Moment,
        slot: SlotIndex,
        attempt: Attempt,
        message: &str,
        out: &mut Vec<Action>,
    ) {
        if self.is_left_behind(slot) {
            self.fail_left_behind(slot, SlotState::undecided(message));
            return;
        }
        if self.is_aside(slot) {
            // What is done because something failed, or at the end, waits for nobody.
            let undecided = SlotState::undecided(message);
            self.aside_fails(slot, undecided.message().unwrap_or_default().to_owned(), Some(undecided));
            return;
        }
        let wait = Wait::from(at);
        out.push(wait.wake(slot, UNKNOWN_MS_MAX));
        self.set(slot, SlotState::Unknown { attempt, message: message.to_owned(), wait: Some(wait) });
    }
}

/// A short wait that began in an earlier boot begins again: how long the host was away is not known for sure.
fn in_this_boot(since: Moment, at: &Moment) -> Moment {
    if since.boot == at.boot { since } else { at.clone() }
}
