//! Waiting for a condition, never for time to pass.

use std::time::{Duration, Instant};

/// Longest wait for anything: generous, because a loaded machine is no failure.
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

const BETWEEN_LOOKS: Duration = Duration::from_millis(4);

/// The first answer of `look`; an error that says what was awaited after [`DEADLINE`].
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>, String>) -> Result<T, String> {
    let end = Instant::now() + DEADLINE;
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if Instant::now() > end {
            return Err(format!("waited {} s in vain until {what}", DEADLINE.as_secs()));
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
}
