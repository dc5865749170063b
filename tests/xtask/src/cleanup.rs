//! Ending what was started in a folder: found by the folder, ended by pid.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

/// Time in which processes end by themselves after SIGTERM.
const GRACE: Duration = Duration::from_secs(10);
/// The programs that stay after the command that started them.
const OURS: &[&str] = &["deployc", "deployd", "ledger", "load", "shop"];

const BETWEEN_LOOKS: Duration = Duration::from_millis(50);

/// Ends every process that runs from this folder or was given a path in it; answers how many there were.
pub fn end_all(folder: &Path) -> usize {
    let Ok(folder) = folder.canonicalize() else { return 0 };
    let mut asked = Vec::new();
    let end = Instant::now() + GRACE;
    loop {
        let left = of(&folder);
        if left.is_empty() {
            return asked.len();
        }
        let late = Instant::now() > end;
        for pid in left {
            if late || !asked.contains(&pid) {
                let _ = kill_process(pid, if late { Signal::KILL } else { Signal::TERM });
            }
            if !asked.contains(&pid) {
                asked.push(pid);
            }
        }
        std::thread::sleep(BETWEEN_LOOKS);
    }
}

/// The processes that run from this folder or were given a path in it.
pub(crate) fn of(folder: &Path) -> Vec<Pid> {
    let own = rustix::process::getpid();
    let entries = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| Pid::from_raw(entry.file_name().to_str()?.parse().ok()?));
    pids.filter(|pid| *pid != own && belongs(*pid, folder)).collect()
}

/// Whether a process is one of ours: it runs a file of the folder (a service), or one of our programs that was given a
/// path in it (a supervisor, the proxy, the runtime, the load). A shell or a pager that looks at the folder is neither.
fn belongs(pid: Pid, folder: &Path) -> bool {
    let proc = PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()));
    let Ok(exe) = std::fs::read_link(proc.join("exe")) else { return false };
    // A program that was built anew meanwhile is called `deployd (deleted)`.
    let name = exe.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let ours = OURS.contains(&name.trim_end_matches(" (deleted)"));
    exe.starts_with(folder) || (ours && names(&proc, folder))
}

fn names(proc: &Path, folder: &Path) -> bool {
    let needle = folder.as_os_str().as_bytes();
    std::fs::read(proc.join("cmdline")).is_ok_and(|line| line.windows(needle.len()).any(|part| part == needle))
}
