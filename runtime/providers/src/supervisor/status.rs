//! What a supervisor tells: who runs, what died, and how.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{STATUS, spec::FORMAT};
use crate::host::files;
use crate::host::identity::{Identity, boot_id, boot_ms};

/// Deaths that are remembered by time.
const DEATHS_KEPT: usize = 16;

/// The state of a supervised folder, written as a whole on every change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Version of this file.
    pub format: u32,
    /// The supervisor that wrote this.
    pub supervisor: Option<Identity>,
    /// The child, while one runs.
    pub child: Option<Identity>,
    /// When that child was started or adopted, in milliseconds since boot.
    pub child_since_ms: u64,
    /// How often a child was started again.
    pub restarts: u64,
    /// The latest deaths, in milliseconds since boot, oldest first.
    pub deaths_ms: Vec<u64>,
    /// How the last child ended, in words.
    pub last_exit: Option<String>,
    /// What keeps the supervisor from starting a child at all (an address that is taken), in words.
    pub blocked: Option<String>,
    /// Whether the supervisor was told to stop: its child is ending, or has ended.
    pub stopping: bool,
}

impl Status {
    /// The state before anything ran.
    pub(crate) fn new() -> Self {
        Self {
            format: FORMAT,
            supervisor: None,
            child: None,
            child_since_ms: 0,
            restarts: 0,
            deaths_ms: Vec::new(),
            last_exit: None,
            blocked: None,
            stopping: false,
        }
    }

    /// Deaths within the last `window_ms` milliseconds.
    pub fn deaths_within(&self, window_ms: u64) -> usize {
        let since = boot_ms().saturating_sub(window_ms);
        self.deaths_ms.iter().filter(|at| **at >= since).count()
    }

    /// Whether the supervisor that wrote this still lives.
    pub fn supervised(&self) -> bool {
        self.supervisor.as_ref().is_some_and(Identity::alive)
    }

    /// The child, if it still lives.
    pub fn living_child(&self) -> Option<&Identity> {
        self.child.as_ref().filter(|child| child.alive())
    }

    /// Records that a child runs.
    pub(crate) fn runs(&mut self, child: Identity) {
        self.child = Some(child);
        self.child_since_ms = boot_ms();
        self.blocked = None;
    }

    /// Records that a child ended, or could not be started.
    pub(crate) fn died(&mut self, how: String) {
        self.child = None;
        self.last_exit = Some(how);
        self.deaths_ms.push(boot_ms());
        let excess = self.deaths_ms.len().saturating_sub(DEATHS_KEPT);
        self.deaths_ms.drain(..excess);
    }

    /// Drops what belongs to an earlier boot: its pids and times mean nothing now.
    pub(crate) fn of_this_boot(mut self) -> Self {
        if self.supervisor.as_ref().is_some_and(|s| s.boot != boot_id()) {
            self.child = None;
            self.deaths_ms.clear();
        }
        self
    }

    pub(crate) fn write(&self, folder: &Path) -> Result<(), String> {
        files::write_json(&folder.join(STATUS), self)
    }
}

/// Reads the state of a supervised folder; `None` when no supervisor has written one.
pub fn read(folder: &Path) -> Result<Option<Status>, String> {
    let status: Option<Status> = files::read_json(&folder.join(STATUS))?;
    match status {
        Some(status) if status.format != FORMAT => Err(format!(
            "{} has format {} and this program knows {FORMAT}; use the program that wrote it",
            folder.join(STATUS).display(),
            status.format
        )),
        found => Ok(found),
    }
}
