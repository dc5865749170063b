//! What the world should show of a run: the effects that are done and still meant to hold.

use std::collections::BTreeMap;

use plan::{Call, EffectClass, Which};

use crate::ports::provider::{Request, Task};
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::{Attempt, SlotState};

/// An effect whose outcome the world should show.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    /// The slot.
    pub slot: SlotIndex,
    /// The provider.
    pub provider: String,
    /// What was asked, with what of it is still wanted.
    pub request: Request,
}

impl Run {
    /// The effects whose outcome the world should still show, the receiving side before the traffic: for each rollout
    /// that is half-way the last start of each release and the last weights. None of a rollout that has an effect
    /// under way or waits to try one again, because its world is between two states.
    pub fn observed(&self) -> Vec<Observation> {
        if self.head.status.ended() || self.head.stopping {
            return Vec::new();
        }
        let settled = |index: &usize| self.rollouts[*index].is_half_way() && !self.is_moving(*index);
        let slots = (0..self.rollouts.len()).filter(settled).flat_map(|index| self.meant_to_hold(index));
        slots.filter_map(|slot| self.observation(slot)).collect()
    }

    fn observation(&self, slot: SlotIndex) -> Option<Observation> {
        let tried = self.last_tried(slot);
        let attempt = Attempt { number: tried.number, group: tried.group, since: self.head.started.clone() };
        let (provider, request) = self.request_again(slot, &attempt)?;
        Some(Observation { slot, provider, request })
    }

    pub(crate) fn is_moving(&self, index: usize) -> bool {
        self.slots.of_rollout(index).any(|slot| {
            matches!(
                self.state(slot),
                SlotState::LookingUp
                    | SlotState::Performing(_)
                    | SlotState::Probing(_)
                    | SlotState::BackingOff { .. }
                    | SlotState::Unknown { .. }
                    | SlotState::Mending(_)
            )
        })
    }

    /// The slots of a rollout whose effect nothing later has replaced. One that failed may have taken effect in part,
    /// so that nothing is expected of what it was about.
    pub(crate) fn meant_to_hold(&self, index: usize) -> Vec<SlotIndex> {
        let mut started: BTreeMap<Which, SlotIndex> = BTreeMap::new();
        let mut shifted = None;
        for slot in self.slots.of_rollout(index) {
            let Some(effect) = self.effect(slot) else { continue };
            let done = match self.state(slot) {
                SlotState::Done { .. } => true,
                SlotState::Failed { .. } => false,
                _ => continue,
            };
            match &effect.call {
                Call::Ensure { release, .. } => {
                    started.remove(release);
                    // The weights are about to be set for the instances that it started.
                    shifted = shifted.filter(|&shift| !self.routes_to(shift, *release));
                    if done && effect.class == EffectClass::Idempotent {
                        started.insert(*release, slot);
                    }
                }
                Call::Stop { release, keep } => {
                    if !done || *keep == 0 {
                        started.remove(release);
                    }
                }
                Call::Shift { .. } => shifted = (done && effect.class == EffectClass::Idempotent).then_some(slot),
                Call::Act { .. } => {}
            }
        }
        started.into_values().chain(shifted).collect()
    }

    /// The request of an attempt at an effect that was done before: of what it started, what was stopped since is not
    /// wanted any more.
    pub(crate) fn request_again(&self, slot: SlotIndex, attempt: &Attempt) -> Option<(String, Request)> {
        let (provider, mut request) = self.request(slot, attempt)?;
        if let (Task::Ensure { instances, .. }, Some(which)) = (&mut request.task, self.release_ensured(slot)) {
            *instances = (*instances).min(self.kept_since(slot, which));
        }
        Some((provider, request))
    }

    fn kept_since(&self, slot: SlotIndex, which: Which) -> u32 {
        let Some(index) = self.rollout_index(slot) else { return u32::MAX };
        let later = self.slots.of_rollout(index).filter(|&member| member > slot && self.state(member).is_over());
        let kept = later.filter_map(|member| match self.effect(member).map(|effect| &effect.call) {
            Some(Call::Stop { release, keep }) if *release == which => Some(*keep),
            _ => None,
        });
        kept.min().unwrap_or(u32::MAX)
    }
}
