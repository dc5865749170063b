//! Processes that belong to a supervised folder and that no status names: started by a supervisor that was
//! killed before it could write them down, or escaped from their group. Whoever holds the folder's output pipe
//! is one.

use std::path::Path;

use rustix::process::Signal;

use super::PIPE;
use crate::host::identity::{Identity, pids};

/// Ends every stray of a folder.
pub(crate) fn end(folder: &Path) {
    let Ok(pipe) = folder.join(PIPE).canonicalize() else { return };
    let me = std::process::id();
    for pid in pids().filter_map(|pid| u32::try_from(pid).ok()).filter(|pid| *pid != me) {
        // The identity is taken before the look, so that the signal reaches the process that was looked at.
        if let Some(identity) = Identity::of(pid).filter(|_| holds(pid, &pipe)) {
            identity.signal(Signal::KILL);
        }
    }
}

fn holds(pid: u32, pipe: &Path) -> bool {
    // Standard output and error are all that a child is given of it.
    [1, 2].iter().any(|fd| std::fs::read_link(format!("/proc/{pid}/fd/{fd}")).is_ok_and(|target| target == *pipe))
}
