//! The door to time.

use super::BoxFuture;
use crate::moment::Moment;

/// Reads and waits for time. Production reads the host; the simulator invents it.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Moment;

    /// Resolves after this many milliseconds of boot time.
    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()>;
}
