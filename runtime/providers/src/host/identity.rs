//! Who a process is: a pid is reused, the pair of pid and start time is not (proc(5), `/proc/PID/stat`,
//! field 22, within one boot).

use std::fs;
use std::sync::OnceLock;
use std::time::Duration;

use rustix::process::{Pid, PidfdFlags, Signal};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

/// One process, told apart from every later one with the same pid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Process id.
    pub pid: i32,
    /// Start time in clock ticks since boot.
    pub start: u64,
    /// The boot it runs in, from `/proc/sys/kernel/random/boot_id`.
    pub boot: String,
}

/// The fields of `/proc/PID/stat` that are used.
pub(crate) struct Stat {
    /// One letter, `Z` for a zombie.
    pub(crate) state: char,
    /// Parent.
    pub(crate) parent: i32,
    /// Process group.
    pub(crate) group: i32,
    /// Start time in ticks since boot.
    pub(crate) start: u64,
}

impl Stat {
    /// Reads a process; `None` when there is none.
    pub(crate) fn of(pid: i32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    // The program's name stands in parentheses and may itself hold parentheses and blanks: fields are
    // counted from the last one.
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.get(text.rfind(')')? + 1..)?.split_ascii_whitespace().collect();
        Some(Self {
            state: fields.first()?.chars().next()?,
            parent: fields.get(1)?.parse().ok()?,
            group: fields.get(2)?.parse().ok()?,
            start: fields.get(19)?.parse().ok()?,
        })
    }
}

impl Identity {
    /// The identity of a running process; `None` when it is gone or a zombie.
    pub fn of(pid: u32) -> Option<Self> {
        let pid = i32::try_from(pid).ok()?;
        let stat = Stat::of(pid)?;
        (stat.state != 'Z' && stat.state != 'X').then(|| Self { pid, start: stat.start, boot: boot_id().to_owned() })
    }

    /// Whether this very process still runs.
    pub fn alive(&self) -> bool {
        u32::try_from(self.pid).ok().and_then(Self::of).as_ref() == Some(self)
    }

    /// Whether this very process is there and stopped (SIGSTOP): it holds what it holds and does nothing.
    pub(crate) fn stopped(&self) -> bool {
        self.alive() && Stat::of(self.pid).is_some_and(|stat| stat.state == 'T')
    }

    /// A handle on this very process, safe against a reused pid.
    pub(crate) fn open(&self) -> Option<std::os::fd::OwnedFd> {
        let handle = rustix::process::pidfd_open(Pid::from_raw(self.pid)?, PidfdFlags::empty()).ok()?;
        self.alive().then_some(handle)
    }

    /// Signals this very process; false when it is gone.
    pub(crate) fn signal(&self, signal: Signal) -> bool {
        self.open().is_some_and(|handle| rustix::process::pidfd_send_signal(handle, signal).is_ok())
    }

    /// Signals the process group that this process leads, while the process itself is there to vouch for it.
    pub(crate) fn signal_group(&self, signal: Signal) -> bool {
        self.alive() && Pid::from_raw(self.pid).is_some_and(|p| rustix::process::kill_process_group(p, signal).is_ok())
    }
}

/// Every process there is.
pub(crate) fn pids() -> impl Iterator<Item = i32> {
    fs::read_dir("/proc").into_iter().flatten().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

/// Whether anything of a process group runs. Zombies do not count: where the first process of a container reaps
/// nothing, they stay for ever.
pub(crate) fn group_runs(group: i32) -> bool {
    pids().filter_map(Stat::of).any(|stat| stat.group == group && stat.state != 'Z' && stat.state != 'X')
}

/// Names the current boot.
pub(crate) fn boot_id() -> &'static str {
    static BOOT: OnceLock<String> = OnceLock::new();
    BOOT.get_or_init(|| fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned())
}

/// Milliseconds since boot, sleep included.
pub(crate) fn boot_ms() -> u64 {
    let now = clock_gettime(ClockId::Boottime);
    let seconds = u64::try_from(now.tv_sec).unwrap_or(0);
    let nanos = u64::try_from(now.tv_nsec).unwrap_or(0);
    seconds.saturating_mul(1000).saturating_add(nanos / 1_000_000)
}

/// Waits until a process is gone; false when it still runs after `limit`.
pub(crate) async fn gone(identity: &Identity, limit: Duration) -> bool {
    let end = tokio::time::Instant::now() + limit;
    while identity.alive() {
        if tokio::time::Instant::now() >= end {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    true
}

/// The process and its program for messages: `pid 12 (nginx)`.
pub(crate) fn describe(pid: i32) -> String {
    match fs::read_to_string(format!("/proc/{pid}/comm")) {
        Ok(name) => format!("pid {pid} ({})", name.trim()),
        Err(_) => format!("pid {pid}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reused_pid_is_another_process() {
        let me = Identity::of(std::process::id()).unwrap();
        assert!(me.alive());
        assert!(!Identity { start: me.start + 1, ..me.clone() }.alive());
        assert!(!Identity { boot: "another".into(), ..me.clone() }.alive());
        assert!(!Identity { start: me.start + 1, ..me }.signal(Signal::TERM));
    }

    #[test]
    fn names_with_parentheses_do_not_shift_the_fields() {
        let tail = "S 7 8 8 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 1 1";
        let stat = Stat::parse(&format!("12 (a) (b c) {tail}")).unwrap();
        assert_eq!((stat.state, stat.parent, stat.group, stat.start), ('S', 7, 8, 4242));
    }
}
