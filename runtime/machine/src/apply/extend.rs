//! A person gives a hold, or whoever has to decide, more time.

use plan::Work;

use crate::action::Action;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::SlotState;
use crate::wait::{DAY_MS, EXTENSION_MS_MAX, Wait, written};

use super::{ASK_MS_MAX, Refusal};

/// How long a person has for an outcome that nobody knows: a day.
pub(crate) const UNKNOWN_MS_MAX: u64 = DAY_MS;

impl Run {
    pub(crate) fn consider_extend(&self, step: Option<&str>, by_ms: u64) -> Result<String, Refusal> {
        let (slot, wait, duration_ms) = self.to_extend(step)?;
        let left_ms = EXTENSION_MS_MAX.saturating_sub(wait.extended_ms);
        let id = self.id(slot);
        if by_ms == 0 {
            return Err(Refusal::DoesNotFit(format!("`{id}` is extended by some time, for example `--by 30m`")));
        }
        if by_ms > left_ms {
            let (most, left) = (written(EXTENSION_MS_MAX), written(left_ms));
            let message = format!("`{id}` can be extended by {most} in all, of which {left} are left");
            return Err(Refusal::DoesNotFit(message));
        }
        Ok(format!("`{id}` has {} more, {} in all", written(by_ms), written(wait.whole_ms(duration_ms) + by_ms)))
    }

    /// The slot whose wait is meant, with how long it lasts when nobody extends it.
    fn to_extend(&self, step: Option<&str>) -> Result<(SlotIndex, &Wait, u64), Refusal> {
        let nothing = "nothing can be extended: no hold is under way, and nothing waits for a person";
        let slot = self.meant(step, nothing, |run, slot| run.wait_of(slot).is_some())?;
        match self.wait_of(slot) {
            Some((wait, duration_ms)) => Ok((slot, wait, duration_ms)),
            None => Err(Refusal::DoesNotFit(self.why_not_extend(slot))),
        }
    }

    fn why_not_extend(&self, slot: SlotIndex) -> String {
        let id = self.id(slot);
        match self.state(slot) {
            SlotState::Opening { .. } => format!("the window of `{id}` opens after its warm-up; extend it then"),
            SlotState::Pending => format!("`{id}` has not begun; extend it once it holds or waits"),
            SlotState::Until { what, .. } => format!("`{id}` waits for {what}, and nothing changes that"),
            SlotState::Done { .. } | SlotState::Failed { .. } | SlotState::Skipped => format!("`{id}` is over already"),
            _ => format!("`{id}` is neither a hold nor waits for a person, and its time is bounded by the plan"),
        }
    }

    /// The wait of a slot that holds or waits for people, with how long it lasts when nobody extends it.
    pub(crate) fn wait_of(&self, slot: SlotIndex) -> Option<(&Wait, u64)> {
        match self.state(slot) {
            SlotState::Holding(holding) => Some((&holding.wait, holding.duration_ms)),
            SlotState::Asking { wait, .. } => Some((wait, ASK_MS_MAX)),
            SlotState::Unknown { wait: Some(wait), .. } => Some((wait, UNKNOWN_MS_MAX)),
            SlotState::Approving { wait, .. } => match self.work(slot) {
                Some(Work::Approval(approval)) => Some((wait, approval.within_ms)),
                _ => None,
            },
            _ => None,
        }
    }

    pub(crate) fn extend(&mut self, step: Option<&str>, by_ms: u64, out: &mut Vec<Action>) {
        let Ok((slot, _, _)) = self.to_extend(step) else { return };
        let mut state = self.state(slot).clone();
        match &mut state {
            SlotState::Holding(holding) => {
                // A last look that is under way was asked for the shorter hold.
                (holding.concluding, holding.due) = (false, false);
                holding.wait.extended_ms += by_ms;
            }
            SlotState::Asking { wait, .. }
            | SlotState::Approving { wait, .. }
            | SlotState::Unknown { wait: Some(wait), .. } => wait.extended_ms += by_ms,
            _ => {}
        }
        self.set(slot, state);
        if let Some((wait, duration_ms)) = self.wait_of(slot) {
            out.push(wait.wake(slot, duration_ms));
        }
    }
}
