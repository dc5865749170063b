//! Waiting for a condition, never for time to pass.

use std::time::{Duration, Instant};

/// Longest wait for anything: generous, because a loaded machine is no failure.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

const BETWEEN_LOOKS: Duration = Duration::from_millis(25);

/// The first answer of `look`; fails after [`DEADLINE`] with what was awaited.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < end, "waited {} s in vain until {what}", DEADLINE.as_secs());
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

/// Waits until `look` is true.
pub(crate) fn until_true(what: &str, mut look: impl FnMut() -> bool) {
    until(what, || look().then_some(()));
}
