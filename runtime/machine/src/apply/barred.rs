//! Nobody who answers for the run may run it any more: what has begun is brought to its end, and nothing else begins
//! until somebody who may lets it go on.

use crate::action::Action;
use crate::moment::Moment;
use crate::run::Run;
use crate::signal::Actor;
use crate::slots::SlotIndex;
use crate::view::RunStatus;

impl Run {
    /// Those who answer for the run: who started it, and who let it go on when it was barred.
    pub fn answerable(&self) -> impl Iterator<Item = &Actor> {
        std::iter::once(&self.head.actor).chain(&self.head.answers)
    }

    /// Nothing begins outside of the rollouts that have begun. The way back needs nobody's permission.
    pub(crate) fn barred(&mut self, why: &str) {
        if self.head.status == RunStatus::Advancing {
            self.head.barred = Some(why.to_owned());
        }
    }

    /// Whether a slot may not begin although nothing else is in its way: a rollout that has begun goes on to its end or
    /// back, so that traffic never stays half-way, and what is done because something failed needs nobody's permission.
    pub(crate) fn is_barred(&self, slot: SlotIndex) -> bool {
        let begun = self.rollout_of(slot).is_some_and(|(_, rollout)| rollout.entered);
        self.head.barred.is_some() && self.head.status == RunStatus::Advancing && self.is_forward(slot) && !begun
    }

    /// A barred run in which no rollout is half-way and something could begin is paused, and waits like every paused
    /// one.
    pub(crate) fn wait_at_bar(&mut self, at: &Moment, out: &mut Vec<Action>) {
        let half_way = |rollout: &crate::state::RolloutState| rollout.entered && !rollout.finished && !rollout.returned;
        if self.head.barred.is_none() || self.rollouts.iter().any(half_way) {
            return;
        }
        let slots = (0..self.plan.body.nodes.len()).filter_map(|index| SlotIndex::try_from(index).ok());
        if slots.into_iter().any(|slot| self.may_begin(slot) && self.is_barred(slot)) {
            self.pause(at, out);
        }
    }
}
