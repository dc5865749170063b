//! A person pauses the run, or lets it go on.

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Cause, CauseKind, SlotState};
use crate::wait::{DAY_MS, Wait};

/// How long a run stays paused before it goes back by itself: thirty days. It holds its locks all the while.
pub(crate) const PAUSE_MS_MAX: u64 = 30 * DAY_MS;

impl Run {
    pub(crate) fn pause(&mut self, at: &Moment, out: &mut Vec<Action>) {
        if !self.head.paused {
            self.head.paused = true;
            self.head.pause = Some(Wait::from(at));
            self.wait_for_resume(out);
        }
    }

    /// A pause belongs to no slot; the first that is not over stands for it, because a wait needs one.
    pub(crate) fn wait_for_resume(&self, out: &mut Vec<Action>) {
        let open = (0..self.plan.body.nodes.len()).find(|&index| !self.states[index].is_over());
        let slot = open.and_then(|index| SlotIndex::try_from(index).ok());
        if let (Some(slot), Some(pause)) = (slot, &self.head.pause) {
            out.push(pause.wake(slot, PAUSE_MS_MAX));
        }
    }

    /// Turns a run around that nobody let go on; true when it did.
    pub(crate) fn pause_is_over(&mut self, at: &Moment, out: &mut Vec<Action>) -> bool {
        let over = self.head.pause.as_ref().is_some_and(|pause| pause.left_ms(at, PAUSE_MS_MAX) == 0);
        if over {
            let message = "it was paused for thirty days, and nobody let it go on".to_owned();
            self.turn_around(at, Cause { kind: CauseKind::Step, node: None, message }, out);
        }
        over
    }

    pub(crate) fn unpause(&mut self, at: &Moment, out: &mut Vec<Action>) {
        let barred = self.head.barred.take().is_some();
        if !self.head.paused && !barred {
            return;
        }
        (self.head.paused, self.head.pause) = (false, None);
        // While the runtime is stopping nothing begins; what is due is due when it is taken up again.
        if self.head.stopping {
            return;
        }
        self.do_all_that_is_due(at, out);
        self.advance(at, out);
    }

    /// A pause is over: what became due in it has nothing else that would wake it.
    pub(crate) fn do_all_that_is_due(&mut self, at: &Moment, out: &mut Vec<Action>) {
        if self.head.stopping {
            return;
        }
        for index in 0..self.states.len() {
            if let Ok(slot) = SlotIndex::try_from(index) {
                self.do_what_is_due(at, slot, out);
            }
        }
    }

    fn do_what_is_due(&mut self, at: &Moment, slot: SlotIndex, out: &mut Vec<Action>) {
        match self.state(slot).clone() {
            SlotState::Holding(holding) if holding.due => self.hold_is_over(at, slot, holding, out),
            SlotState::Until { at_ms, .. } if at.wall_ms >= at_ms => self.until_is_over(at, slot, at_ms, out),
            SlotState::BackingOff { attempt, since, wait_ms, .. } if at.left_of(wait_ms, &since) == 0 => {
                self.try_again(at, slot, &attempt, out);
            }
            _ => {}
        }
    }
}
