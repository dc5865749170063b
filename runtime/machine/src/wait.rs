//! A wait with a deadline, measured so that neither a stepped clock nor a reboot ends it early.

use serde::{Deserialize, Serialize};

use crate::action::Action;
use crate::moment::Moment;
use crate::slots::SlotIndex;

/// How much a person may add to one wait in all, in milliseconds: thirty days.
pub const EXTENSION_MS_MAX: u64 = 30 * DAY_MS;

/// A day, in milliseconds.
pub(crate) const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// A wait under way. How long it lasts is known by what waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wait {
    /// Since when, in the boot in which it was last taken up.
    pub since: Moment,
    /// Milliseconds that were over before that.
    #[serde(default)]
    pub before_ms: u64,
    /// Milliseconds that people added.
    #[serde(default)]
    pub extended_ms: u64,
}

impl Wait {
    /// A wait that begins.
    pub(crate) fn from(since: &Moment) -> Self {
        Self { since: since.clone(), before_ms: 0, extended_ms: 0 }
    }

    /// Milliseconds that are over.
    pub(crate) fn over_ms(&self, now: &Moment) -> u64 {
        self.before_ms.saturating_add(now.since(&self.since))
    }

    /// Milliseconds in all of a wait that lasts `duration_ms` when nobody extends it.
    pub(crate) fn whole_ms(&self, duration_ms: u64) -> u64 {
        duration_ms.saturating_add(self.extended_ms)
    }

    /// Milliseconds left of it.
    pub(crate) fn left_ms(&self, now: &Moment, duration_ms: u64) -> u64 {
        self.whole_ms(duration_ms).saturating_sub(self.over_ms(now))
    }

    /// Waits for the rest of it.
    pub(crate) fn wake(&self, slot: SlotIndex, duration_ms: u64) -> Action {
        let after_ms = self.whole_ms(duration_ms).saturating_sub(self.before_ms);
        Action::Wake { slot, since: self.since.clone(), after_ms }
    }

    /// Goes on in another boot, for a wait of people: the wall clock says how long the host was away, once.
    pub(crate) fn take_up_by_wall(&mut self, at: &Moment) {
        if self.since.boot != at.boot {
            self.before_ms = self.over_ms(at);
            self.since = at.clone();
        }
    }

    /// Goes on in another boot, for a time that something may take at most: what the earlier boot is known to have waited
    /// counts, which is until the last thing that was `seen` in it, and from then on the wall clock.
    pub(crate) fn take_up_by_both(&mut self, at: &Moment, seen: Option<&Moment>) {
        if let Some(seen) = seen.filter(|seen| self.since.boot != at.boot && seen.boot == self.since.boot) {
            self.before_ms = self.over_ms(seen);
            self.since = seen.clone();
        }
        self.take_up_by_wall(at);
    }

    /// Goes on in another boot, for a wait that must not be shortened: only what the earlier boot is known to have
    /// waited counts, which is until the last thing that was `seen` in it.
    pub(crate) fn take_up_by_boot(&mut self, at: &Moment, seen: Option<&Moment>) {
        if self.since.boot != at.boot {
            let known = seen.filter(|seen| seen.boot == self.since.boot);
            self.before_ms = self.before_ms.saturating_add(known.map_or(0, |seen| seen.since(&self.since)));
            self.since = at.clone();
        }
    }
}

/// Milliseconds of a duration as the language writes it: one number, one unit; none for anything else.
pub fn duration_ms(text: &str) -> Option<u64> {
    let split = text.find(|c: char| !c.is_ascii_digit())?;
    let (number, unit) = text.split_at(split);
    let factor = match unit {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

/// A duration in the language's units: `1d 12h`, `90ms`.
pub(crate) fn written(ms: u64) -> String {
    let units = [(DAY_MS, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
    let mut left = ms;
    let mut parts = Vec::new();
    for (unit, name) in units {
        if left >= unit {
            parts.push(format!("{}{name}", left / unit));
            left %= unit;
        }
    }
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_one_unit() {
        assert_eq!(duration_ms("30m"), Some(1_800_000));
        assert_eq!(duration_ms("30"), None);
        assert_eq!(duration_ms("5 s"), None);
        assert_eq!(duration_ms("99999999999999999999d"), None);
    }

    #[test]
    fn durations_are_written_in_whole_units() {
        assert_eq!([0, 250, 90_000, 3_600_000].map(written), ["0s", "250ms", "1m 30s", "1h"]);
        assert_eq!([EXTENSION_MS_MAX, DAY_MS + 60_000].map(written), ["30d", "1d 1m"]);
    }
}
