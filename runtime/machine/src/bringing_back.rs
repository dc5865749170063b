//! A step brings back what earlier steps of the run rolled out: each by its own way back, in the order of the plan.

use plan::Work;

use crate::action::Action;
use crate::moment::Moment;
use crate::ports::store::Running;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{CauseKind, SlotState};

impl Run {
    /// Takes the next steps of every slot that brings something back.
    pub(crate) fn bring_back_on(&mut self, at: &Moment, out: &mut Vec<Action>) {
        let slots = std::sync::Arc::clone(&self.slots);
        for &slot in &slots.rollbacks {
            if matches!(self.state(slot), SlotState::BringingBack) && self.bring_back(at, slot, out) {
                self.go_on(at, slot, out);
            }
        }
    }

    /// Takes the next steps of one of them; true when all is back and the slot is done. What has not finished, or is back
    /// already, is left out.
    pub(crate) fn bring_back(&mut self, at: &Moment, slot: SlotIndex, out: &mut Vec<Action>) -> bool {
        let plan = std::sync::Arc::clone(&self.plan);
        let Some(Work::Rollback(rollback)) = self.slots.node(&plan.body, slot).map(|node| &node.work) else {
            return false;
        };
        let named = rollback.rollouts.iter().filter_map(|key| self.slots.rollouts.binary_search(key).ok());
        for rollout in named.collect::<Vec<_>>() {
            if self.is_to_be_reopened(rollout) {
                if self.head.stopping || self.is_moving(rollout) {
                    return false;
                }
                self.reopen(at, rollout, slot, out);
            }
            while self.rollouts[rollout].is_half_way() && self.rollouts[rollout].reopened == Some(slot) {
                if self.rollouts[rollout].given_up {
                    self.not_brought_back(at, slot, rollout, out);
                    return false;
                }
                if !self.step_back(at, rollout, out) {
                    return false;
                }
            }
        }
        self.all_is_back(at, slot, out)
    }

    fn is_to_be_reopened(&self, rollout: usize) -> bool {
        let state = &self.rollouts[rollout];
        state.finished && !state.returned
    }

    /// What would still be cleaned up is what runs again: it is left out, and what stands behind it goes on.
    fn reopen(&mut self, at: &Moment, rollout: usize, by: SlotIndex, out: &mut Vec<Action>) {
        let members = self.slots.members[rollout].iter().copied();
        let left: Vec<SlotIndex> = members.filter(|&it| self.state(it).is_pending() && self.is_clean_up(it)).collect();
        let state = self.rollout_mut(rollout);
        (state.finished, state.reopened) = (false, Some(by));
        for &slot in &left {
            let note = Some("left out: the release that ran before is brought back".to_owned());
            self.finish(slot, SlotState::Done { evidence: None, note, tried: None });
        }
        let ready = left.iter().flat_map(|&slot| self.released_by(slot)).collect();
        self.begin_all(at, ready, out);
    }

    /// The way back of a rollout failed: the run is unsafe already, and says why.
    fn not_brought_back(&mut self, at: &Moment, slot: SlotIndex, rollout: usize, out: &mut Vec<Action>) {
        let message = format!("`{}` could not be brought back", self.slots.rollouts[rollout]);
        if self.is_aside(slot) {
            self.aside_fails(slot, message, None);
            self.go_back(at, out);
        } else {
            self.fail_left_behind(slot, SlotState::failed(message));
        }
    }

    /// A step that took longer than it may has failed, although nothing stops on its way back.
    fn all_is_back(&mut self, at: &Moment, slot: SlotIndex, out: &mut Vec<Action>) -> bool {
        let late = self.slots.scopes.outward(self.scope_of(slot)).find_map(|scope| self.scopes[scope].failed.clone());
        match late {
            Some(message) if self.is_aside(slot) => {
                self.set(slot, SlotState::failed(message));
                self.go_back(at, out);
                false
            }
            Some(message) if self.is_left_behind(slot) => {
                self.set(slot, SlotState::failed(message));
                false
            }
            Some(message) => {
                self.fail(at, slot, CauseKind::Step, SlotState::failed(message), out);
                false
            }
            None => {
                self.finish(slot, SlotState::done());
                true
            }
        }
    }

    /// The release that ran before is the one that runs again.
    pub(crate) fn record_return(&self, at: &Moment, rollout: usize, out: &mut Vec<Action>) {
        let state = &self.rollouts[rollout];
        if state.reopened.is_none() {
            return;
        }
        let of = self.slots.rollout(&self.plan.body, rollout);
        out.push(Action::Record(Running {
            environment: of.environment.clone(),
            service: of.service.clone(),
            release: state.running.clone(),
            run: self.head.run.clone(),
            since_ms: at.wall_ms,
        }));
    }
}
