//! Processes that belong to a supervised folder and that no status names: started by a supervisor that was
//! killed before it could write them down, or escaped from their group. Whoever holds the folder's output pipe
//! is one, and whoever descends from the supervisor, which adopts what its child's children leave behind.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, WaitOptions, waitpid};
use tokio::signal::unix::{SignalKind, signal};

use super::PIPE;
use crate::host::identity::{Identity, Stat, pids};

/// How often what is left is ended again: something may be started while the processes are gone through.
const ROUNDS: u32 = 100;
/// Time between two rounds.
const BETWEEN: Duration = Duration::from_millis(5);
/// Time between two burials of orphans, however many end meanwhile.
const BURIALS: Duration = Duration::from_millis(100);

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

/// Makes this process the parent of whatever its descendants leave behind. Where that is refused, what leaves its
/// group and closes its output is out of reach.
pub(crate) fn adopt() {
    let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
}

/// Ends every living descendant of this process.
pub(crate) async fn end_descendants() {
    for _ in 0..ROUNDS {
        let left: Vec<Identity> =
            descendants().into_iter().filter_map(|pid| Identity::of(pid.cast_unsigned())).collect();
        if left.is_empty() {
            return;
        }
        left.iter().for_each(|process| {
            process.signal(Signal::KILL);
        });
        tokio::time::sleep(BETWEEN).await;
    }
}

fn descendants() -> Vec<i32> {
    let mut children: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for (pid, stat) in pids().filter_map(|pid| Some((pid, Stat::of(pid)?))) {
        children.entry(stat.parent).or_default().push(pid);
    }
    let mut found = Vec::new();
    let mut next = vec![std::process::id().cast_signed()];
    while let Some(pid) = next.pop() {
        let below = children.remove(&pid).unwrap_or_default();
        found.extend(&below);
        next.extend(below);
    }
    found
}

/// Buries orphans as they end, all but the child with this pid, whose end is waited for elsewhere.
pub(crate) async fn bury_orphans(child: Arc<AtomicI32>) {
    let Ok(mut ended) = signal(SignalKind::child()) else { return };
    while ended.recv().await.is_some() {
        let me = std::process::id().cast_signed();
        let dead = |pid: &i32| Stat::of(*pid).is_some_and(|stat| stat.parent == me && stat.state == 'Z');
        for orphan in pids().filter(dead).filter(|pid| *pid != child.load(Ordering::Relaxed)) {
            // Gone already when it was buried by somebody else.
            let _ = waitpid(Pid::from_raw(orphan), WaitOptions::NOHANG);
        }
        tokio::time::sleep(BURIALS).await;
    }
}
