//! Time of this host.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use machine::Moment;
use machine::ports::BoxFuture;
use machine::ports::clock::Clock;
use rustix::time::{ClockId, clock_gettime};

/// Reads the host's wall clock, its boot id and its time since boot.
#[derive(Clone, Debug)]
pub struct HostClock {
    boot: String,
}

impl HostClock {
    /// Reads the boot id once; it cannot change while this process lives.
    pub fn new() -> std::io::Result<Self> {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned();
        Ok(Self { boot })
    }
}

impl Clock for HostClock {
    fn now(&self) -> Moment {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let boot = clock_gettime(ClockId::Boottime);
        let seconds = u64::try_from(boot.tv_sec).unwrap_or(0);
        let rest = u64::try_from(boot.tv_nsec / 1_000_000).unwrap_or(0);
        Moment {
            wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX),
            boot: self.boot.clone(),
            boot_ms: seconds * 1_000 + rest,
        }
    }

    fn sleep(&self, ms: u64) -> BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(Duration::from_millis(ms)))
    }
}
