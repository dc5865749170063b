//! What a process of ours holds in memory stays there: no core dump writes it to a disk.

use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};

/// A limit at which the kernel writes no core dump, neither to a file nor, unlike with 0, to a program (core(5)).
const NO_CORE: u64 = 1;

/// For the runtime and the supervisors, which hold secrets: no core dump, and no other process of the same user reads
/// this one's memory. Not inherited by the programs they start.
pub fn keep_private() {
    // A tracer was there first and sees everything; it could no longer read what it was started to show.
    if !traced() {
        // Only a kernel without this call refuses, and none that has what else is needed here.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// For the proxy, which starts no programs: no core dump. It stays open to its next supervisor, which takes the
/// listening socket over from it.
pub fn write_no_core() {
    // Lowering one's own limit is never refused.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(NO_CORE), maximum: Some(NO_CORE) });
}

fn traced() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let tracer = status.lines().find_map(|line| line.strip_prefix("TracerPid:"));
    tracer.is_some_and(|pid| pid.trim() != "0")
}
