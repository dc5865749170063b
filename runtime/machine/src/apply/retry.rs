//! A person says: do it again, or try again now.

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::SlotState;

use super::Refusal;

impl Run {
    pub(crate) fn consider_retry(&self, step: Option<&str>) -> Result<String, Refusal> {
        let slot = self.to_retry(step)?;
        let id = self.id(slot);
        Ok(match self.state(slot) {
            SlotState::Unknown { .. } => format!("`{id}` is done again, under a new key"),
            _ => format!("`{id}` is tried again now"),
        })
    }

    fn to_retry(&self, step: Option<&str>) -> Result<SlotIndex, Refusal> {
        let nothing = "nothing can be retried: no step has an unknown outcome or waits to be tried again";
        let slot = self.meant(step, nothing, |run, slot| run.state(slot).may_be_done_again())?;
        match self.why_not_retry(slot) {
            Some(why) => Err(Refusal::DoesNotFit(why)),
            None => Ok(slot),
        }
    }

    fn why_not_retry(&self, slot: SlotIndex) -> Option<String> {
        let id = self.id(slot);
        match self.state(slot) {
            _ if self.head.stopping => {
                Some("the runtime is stopping; retry once `deployd serve` runs again".to_owned())
            }
            SlotState::Unknown { .. } | SlotState::BackingOff { .. } if self.head.paused => {
                Some(format!("the run is paused; use `deployd resume`, then retry `{id}`"))
            }
            SlotState::Unknown { .. } | SlotState::BackingOff { .. } => None,
            SlotState::Mending(mending) if mending.waits.is_some() => None,
            SlotState::Performing(_)
            | SlotState::Probing(_)
            | SlotState::Mending(_)
            | SlotState::LookingUp
            | SlotState::BringingBack => {
                Some(format!("`{id}` is under way; its answer is waited for, and bounded in time"))
            }
            SlotState::Pending | SlotState::Until { .. } => {
                Some(format!("`{id}` has not begun, so there is nothing to do again"))
            }
            SlotState::Opening { .. } | SlotState::Holding(_) | SlotState::Asking { .. } => {
                Some(format!("`{id}` is a hold, which is not done again; `deployd extend` gives it more time"))
            }
            SlotState::Approving { .. } => {
                Some(format!("`{id}` waits for approval; use `deployd approve` or `deployd reject`"))
            }
            SlotState::Done { .. } | SlotState::Failed { .. } | SlotState::Skipped => {
                Some(format!("`{id}` is over; start a new run to do it again"))
            }
        }
    }

    pub(crate) fn retry(&mut self, at: &Moment, step: Option<&str>, out: &mut Vec<Action>) {
        let Ok(slot) = self.to_retry(step) else { return };
        match self.state(slot).clone() {
            SlotState::Unknown { attempt, .. } => self.try_again(at, slot, &attempt.of_next_group(), out),
            SlotState::BackingOff { attempt, .. } => self.try_again(at, slot, &attempt, out),
            SlotState::Mending(mending) => self.mend_again(at, slot, mending, out),
            _ => {}
        }
    }
}

impl SlotState {
    /// Whether its effect is neither under way nor over.
    fn may_be_done_again(&self) -> bool {
        match self {
            Self::Unknown { .. } | Self::BackingOff { .. } => true,
            Self::Mending(mending) => mending.waits.is_some(),
            _ => false,
        }
    }
}
