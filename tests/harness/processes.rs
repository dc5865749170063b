//! Every process that belongs to a folder, found in `/proc` and ended by pid.

use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use rustix::process::{Pid, Signal, kill_process};

use super::wait::until_true;

/// A process and how it was started.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) pid: i32,
    pub(crate) command: Vec<String>,
}

impl Process {
    pub(crate) fn kill(&self) {
        signal(self.pid, Signal::KILL);
    }
}

/// Sends a signal; a process that is gone already is no failure.
pub(crate) fn signal(pid: i32, signal: Signal) {
    if let Some(pid) = Pid::from_raw(pid) {
        let _ = kill_process(pid, signal);
    }
}

/// The living processes that run a file of this folder or were given one as an argument.
pub(crate) fn of(folder: &Path) -> Vec<Process> {
    let entries = std::fs::read_dir("/proc").expect("Linux has /proc");
    let pids = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let holder = holder(folder);
    let ours = |pid: i32| belongs(pid, folder, Some(pid) == holder);
    pids.filter(|pid| *pid != std::process::id() as i32).filter_map(ours).collect()
}

/// The runtime that holds the folder's state: the links in `/proc` of a process that keeps its memory private are closed
/// even to its own user.
fn holder(folder: &Path) -> Option<i32> {
    let pid = std::fs::read_to_string(folder.join("state/lock")).ok()?.trim().parse().ok()?;
    let command = std::fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    (command.trim() == "deployd").then_some(pid)
}

/// Ends them all, those too that are started meanwhile.
pub(crate) fn end_all(folder: &Path) {
    until_true("every process of the test has ended", || {
        let left = of(folder);
        left.iter().for_each(Process::kill);
        left.is_empty()
    });
}

fn belongs(pid: i32, folder: &Path, holds: bool) -> Option<Process> {
    let proc = PathBuf::from(format!("/proc/{pid}"));
    // A dead process that nobody has waited for yet has no command line.
    let command_line = std::fs::read(proc.join("cmdline")).ok().filter(|line| !line.is_empty())?;
    let within = |link: &str| std::fs::read_link(proc.join(link)).is_ok_and(|path| path.starts_with(folder));
    let needle = folder.as_os_str().as_bytes();
    let named = command_line.windows(needle.len()).any(|part| part == needle);
    let command = command_line.split(|b| *b == 0).map(|part| String::from_utf8_lossy(part).into_owned());
    (holds || named || within("exe") || within("cwd")).then(|| Process { pid, command: command.collect() })
}
