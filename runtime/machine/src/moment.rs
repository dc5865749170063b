//! Time as the journal keeps it: robust against clock steps within one boot, never shortening a hold after one.

use serde::{Deserialize, Serialize};

/// An instant on one host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moment {
    /// Milliseconds since 1970 UTC by the wall clock, which may be stepped.
    pub wall_ms: i64,
    /// The kernel's boot id.
    pub boot: String,
    /// Milliseconds since that boot, suspend included; never stepped.
    pub boot_ms: u64,
}

impl Moment {
    /// Milliseconds from `earlier` to `self`: by boot time within one boot, else by wall time; never negative.
    pub fn since(&self, earlier: &Self) -> u64 {
        if self.boot == earlier.boot {
            return self.boot_ms.saturating_sub(earlier.boot_ms);
        }
        u64::try_from(self.wall_ms.saturating_sub(earlier.wall_ms)).unwrap_or(0)
    }

    /// Whether it is known to lie before `other`: within one boot only, since a clock may be stepped between two.
    pub fn is_before(&self, other: &Self) -> bool {
        self.boot == other.boot && self.boot_ms < other.boot_ms
    }

    /// Milliseconds left of a wait of `duration_ms` that began at `start`.
    pub fn left_of(&self, duration_ms: u64, start: &Self) -> u64 {
        duration_ms.saturating_sub(self.since(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(wall_ms: i64, boot: &str, boot_ms: u64) -> Moment {
        Moment { wall_ms, boot: boot.to_owned(), boot_ms }
    }

    #[test]
    fn a_clock_step_neither_ends_nor_extends_a_hold() {
        let start = moment(1_000, "a", 500);
        assert_eq!(moment(3_601_000, "a", 700).left_of(1_000, &start), 800);
        assert_eq!(moment(-3_600_000, "a", 700).left_of(1_000, &start), 800);
    }

    #[test]
    fn after_a_reboot_wall_time_counts_and_never_runs_backwards() {
        let start = moment(10_000, "a", 500);
        assert_eq!(moment(10_400, "b", 3).left_of(1_000, &start), 600);
        assert_eq!(moment(9_000, "b", 3).left_of(1_000, &start), 1_000);
    }
}
