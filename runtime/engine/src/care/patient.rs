//! How often a place was mended, and when it may be mended again.

use std::sync::Arc;

use machine::Run;
use machine::ports::provider::Instance;

/// Attempts until a place has been well for [`WELL_AFTER_MS`].
pub(super) const ATTEMPTS_MAX: u32 = 6;

/// Pause after the first attempt, in milliseconds; doubled for each further one.
const PAUSE_MS: u64 = 30_000;

/// Longest pause, in milliseconds.
const PAUSE_MAX_MS: u64 = 600_000;

/// A place that was well for so long has all its attempts again, in milliseconds.
const WELL_AFTER_MS: u64 = 600_000;

/// A place that is looked after. Times are milliseconds since boot.
#[derive(Default)]
pub(super) struct Patient {
    run: String,
    attempts: u32,
    rests_until: u64,
    well_since: Option<u64>,
    /// The run that brought what runs there. It has ended, so its state changes no more.
    pub(super) brought_by: Option<Arc<Run>>,
    /// Why the last attempt failed.
    pub(super) failure: Option<String>,
    /// The instances that were ready when it was last known.
    pub(super) instances: Option<Vec<Instance>>,
}

impl Patient {
    /// What was known of what another run brought says nothing of this one.
    pub(super) fn is_of(&mut self, run: &str) {
        if self.run != run {
            *self = Self { run: run.to_owned(), ..Self::default() };
        }
    }

    /// All is as it should be.
    pub(super) fn well(&mut self, now: u64) {
        let since = *self.well_since.get_or_insert(now);
        if now.saturating_sub(since) >= WELL_AFTER_MS {
            (self.attempts, self.rests_until) = (0, 0);
        }
        self.failure = None;
    }

    /// Which attempt this is, from 1; none while it rests, or when it was tried often enough.
    pub(super) fn attempt(&mut self, now: u64) -> Option<u32> {
        self.well_since = None;
        if self.is_given_up() || now < self.rests_until {
            return None;
        }
        self.attempts += 1;
        self.rests_until = now.saturating_add((PAUSE_MS << (self.attempts - 1)).min(PAUSE_MAX_MS));
        Some(self.attempts)
    }

    /// Whether no further attempt is made.
    pub(super) fn is_given_up(&self) -> bool {
        self.attempts >= ATTEMPTS_MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_are_bounded_with_growing_pauses_until_it_was_well_for_a_while() {
        let mut patient = Patient::default();
        patient.is_of("run");
        let minutes: Vec<u64> = (0..240).filter(|half| patient.attempt(half * PAUSE_MS).is_some()).collect();
        assert_eq!(minutes, [0, 1, 3, 7, 15, 31]);
        assert!(patient.is_given_up());
        patient.well(10_000_000);
        patient.well(10_000_000 + WELL_AFTER_MS - 1);
        assert_eq!(patient.attempt(20_000_000), None);
        patient.well(30_000_000);
        patient.well(30_000_000 + WELL_AFTER_MS);
        assert_eq!(patient.attempt(40_000_000), Some(1));
        patient.is_of("another run");
        assert_eq!(patient.attempt(40_000_001), Some(1));
    }
}
