//! Time since the host's boot, which is the same in every process and which no step of a clock moves.

use rustix::time::{ClockId, clock_gettime};

/// Microseconds since boot, sleep included.
#[must_use]
pub fn since_boot_us() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    let part = |number: i64| u64::try_from(number).unwrap_or(0);
    part(now.tv_sec).saturating_mul(1_000_000).saturating_add(part(now.tv_nsec) / 1_000)
}
