//! A person says: take it as done. Only what no later step stands on can be left out.

use plan::{Call, Work};

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::signal::Signal;
use crate::slots::SlotIndex;
use crate::state::{Holding, SlotState};

use super::Refusal;

impl Run {
    pub(crate) fn consider_skip(&self, step: Option<&str>, signal: &Signal) -> Result<String, Refusal> {
        if !signal.has_reason() {
            let message = "a step is taken as done only for a reason; say it with `--reason`";
            return Err(Refusal::DoesNotFit(message.to_owned()));
        }
        let slot = self.to_skip(step)?;
        let id = self.id(slot);
        Ok(match self.state(slot) {
            SlotState::Opening { .. } | SlotState::Holding(_) | SlotState::Until { .. } => format!("`{id}` ends now"),
            _ => format!("`{id}` is taken as done"),
        })
    }

    fn to_skip(&self, step: Option<&str>) -> Result<SlotIndex, Refusal> {
        let nothing = "nothing can be skipped: no action has an unknown outcome or waits to be tried again, \
                       and no hold without a gate is under way";
        let fits = self.meant(step, nothing, |run, slot| run.why_not_skip(slot).is_none());
        // What is refused says best why, where only that could be meant.
        let slot = fits.or_else(|refusal| self.meant(step, nothing, Self::waits).map_err(|_| refusal))?;
        match self.why_not_skip(slot) {
            Some(why) => Err(Refusal::DoesNotFit(why)),
            None => Ok(slot),
        }
    }

    /// Whether a slot waits for time, for people or for another attempt.
    fn waits(&self, slot: SlotIndex) -> bool {
        let state = self.state(slot);
        matches!(state, SlotState::BackingOff { .. } | SlotState::Opening { .. } | SlotState::Until { .. })
            || self.wait_of(slot).is_some()
    }

    fn why_not_skip(&self, slot: SlotIndex) -> Option<String> {
        let id = self.id(slot);
        match self.state(slot) {
            SlotState::Unknown { .. } | SlotState::BackingOff { .. } => self.what_stands_on(slot),
            SlotState::Opening { .. } | SlotState::Holding(_) | SlotState::Asking { .. } => {
                let guarded = matches!(self.work(slot), Some(Work::Hold(hold)) if hold.guard.is_some());
                guarded.then(|| {
                    format!(
                        "`{id}` waits for the evidence of its gate, and that is not skipped; \
                         `deployd extend` gives it more time, `deployd rollback` goes back now"
                    )
                })
            }
            SlotState::Approving { .. } => {
                Some(format!("`{id}` is for the people it names to decide: `deployd approve` or `deployd reject`"))
            }
            SlotState::Mending(mending) => {
                Some(format!("`{id}` is being done again because {}; `deployd abort` goes back instead", mending.drift))
            }
            SlotState::Until { .. } if matches!(self.work(slot), Some(Work::WaitUntil(_))) => None,
            SlotState::Until { what, .. } => Some(format!(
                "`{id}` waits for {what}, which nobody skips; a workflow that says `emergency` and `during freeze` does not"
            )),
            SlotState::Performing(_) | SlotState::Probing(_) | SlotState::LookingUp | SlotState::BringingBack => {
                Some(format!(
                    "`{id}` is under way; its answer is waited for, and bounded in time; `deployd abort` goes back after it"
                ))
            }
            SlotState::Pending => Some(format!("`{id}` has not begun; a step is skipped only while it waits")),
            SlotState::Done { .. } | SlotState::Failed { .. } | SlotState::Skipped => {
                Some(format!("`{id}` is over already"))
            }
        }
    }

    /// Why later steps need the effect of this one; none for an action.
    pub(crate) fn what_stands_on(&self, slot: SlotIndex) -> Option<String> {
        let stands = match &self.effect(slot)?.call {
            Call::Act { .. } => return None,
            Call::Ensure { .. } => "traffic goes to the instances it starts",
            Call::Shift { .. } => "what follows counts on the traffic being where it puts it",
            Call::Stop { .. } => "what it stops would run on unseen",
        };
        let id = self.id(slot);
        Some(format!("`{id}` cannot be skipped: {stands}; `deployd retry` does it again, `deployd abort` goes back"))
    }

    pub(crate) fn skip(&mut self, at: &Moment, step: Option<&str>, signal: &Signal, out: &mut Vec<Action>) {
        let Ok(slot) = self.to_skip(step) else { return };
        let said = signal.said(match self.state(slot) {
            SlotState::Opening { .. } | SlotState::Holding(_) | SlotState::Until { .. } => "ended early",
            _ => "taken as done",
        });
        if let SlotState::Holding(holding) = self.state(slot).clone() {
            self.leave_hold(at, slot, Holding { agreed: Some(said), ..holding }, out);
            return;
        }
        let tried = self.state(slot).tried();
        self.done(at, slot, SlotState::Done { evidence: None, note: Some(said), tried }, out);
    }
}
