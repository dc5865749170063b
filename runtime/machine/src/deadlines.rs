//! Until when a run moves at the latest: every wait of the machine is bounded.

use crate::apply::PAUSE_MS_MAX;
use crate::moment::Moment;
use crate::run::Run;
use crate::slots::SlotIndex;
use crate::state::SlotState;

/// What a look at the store or at counters takes at the longest, in milliseconds.
const READ_MS: u64 = 10_000;

/// What a provider has to answer a probe, in milliseconds.
const PROBE_MS: u64 = 30_000;

/// What becoming durable and being taken up may take on top, in milliseconds.
const MARGIN_MS: u64 = 60_000;

impl Run {
    /// The wall clock's UTC milliseconds by which the run has moved, as long as a runtime carries it out; none when it
    /// has ended.
    pub fn moves_by_ms(&self, at: &Moment) -> Option<i64> {
        self.moves_by_ms_of(at, (0..self.states.len()).filter_map(|index| u32::try_from(index).ok()))
    }

    /// The same as far as these rows say it: where they are all that changed since it was last asked, the later of
    /// both answers is not before the truth, and very many slots need not be looked at for each event.
    pub fn moves_by_ms_of(&self, at: &Moment, rows: impl IntoIterator<Item = u32>) -> Option<i64> {
        let slots = rows.into_iter().filter(|row| (*row as usize) < self.states.len());
        let waits = slots.filter_map(|slot| self.moves_within_ms(slot, at));
        let pause = self.head.pause.as_ref().map(|pause| pause.left_ms(at, PAUSE_MS_MAX));
        // A run that was stopped moves as soon as it is taken up.
        let stopping = self.head.stopping.then_some(0);
        let latest = waits.chain(pause).chain(stopping).max().filter(|_| !self.head.status.ended())?;
        let left_ms = i64::try_from(latest.saturating_add(MARGIN_MS)).unwrap_or(i64::MAX);
        Some(at.wall_ms.saturating_add(left_ms))
    }

    /// How long a slot may stay as it is, in milliseconds; none for one that nothing happens to by itself.
    fn moves_within_ms(&self, slot: SlotIndex, at: &Moment) -> Option<u64> {
        let timeout_ms = self.effect(slot).map_or(0, |effect| effect.timeout_ms);
        match self.state(slot) {
            SlotState::LookingUp => Some(READ_MS),
            // A runtime that takes the run up waits for the whole of it again.
            SlotState::Performing(_) => Some(timeout_ms),
            SlotState::Probing(_) => Some(timeout_ms.saturating_add(PROBE_MS)),
            SlotState::BackingOff { since, wait_ms, .. } => Some(at.left_of(*wait_ms, since)),
            SlotState::Mending(mending) => {
                Some(mending.waits.as_ref().map_or(timeout_ms, |waits| at.left_of(waits.wait_ms, &waits.since)))
            }
            SlotState::Opening { since } => Some(at.left_of(self.opens_after_ms(slot), since).saturating_add(READ_MS)),
            SlotState::Holding(holding) if holding.concluding => Some(READ_MS),
            SlotState::Holding(holding) if holding.due => None,
            SlotState::Holding(holding) if holding.is_over(at) => {
                let opens_ms = self.held_open_until(at, slot).unwrap_or(at.wall_ms);
                Some(u64::try_from(opens_ms.saturating_sub(at.wall_ms)).unwrap_or(0))
            }
            SlotState::Holding(_)
            | SlotState::Asking { .. }
            | SlotState::Approving { .. }
            | SlotState::Unknown { .. } => self.wait_of(slot).map(|(wait, duration_ms)| wait.left_ms(at, duration_ms)),
            SlotState::Until { at_ms, .. } => u64::try_from(at_ms.saturating_sub(at.wall_ms)).ok().or(Some(0)),
            SlotState::Pending
            | SlotState::BringingBack
            | SlotState::Done { .. }
            | SlotState::Failed { .. }
            | SlotState::Skipped => None,
        }
    }
}
