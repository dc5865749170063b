//! The mark that every process of an action inherits: by it all are found that an attempt started, also those
//! that left its process group, and those of an attempt whose runtime was killed.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use crate::host::identity::{Identity, pids};

/// The variable that carries the mark.
const NAME: &str = "DEPLOYD_ACTION";
/// Most bytes of an environment that are searched.
const ENVIRONMENT_MAX: u64 = 4 << 20;
/// How often what is left is ended again: something may be started while the processes are gone through.
const ROUNDS: u32 = 100;
/// Time between two rounds.
const BETWEEN: Duration = Duration::from_millis(5);

/// The mark of one step of one run, the same for all its attempts.
#[derive(Clone)]
pub(super) struct Mark(String);

impl Mark {
    /// The mark of the action with this folder.
    pub(super) fn of(folder: &Path) -> Self {
        Self(folder.to_string_lossy().into_owned())
    }

    /// The variable and its value.
    pub(super) fn variable(&self) -> (String, String) {
        (NAME.to_owned(), self.0.clone())
    }

    /// Ends everything that carries the mark; an error names what does not end.
    pub(super) fn end(&self) -> Result<(), Identity> {
        let mut left = None;
        for _ in 0..ROUNDS {
            let alive: Vec<Identity> = self.alive().collect();
            alive.iter().for_each(|process| {
                process.signal(Signal::KILL);
            });
            left = alive.into_iter().next();
            if left.is_none() {
                return Ok(());
            }
            std::thread::sleep(BETWEEN);
        }
        left.map_or(Ok(()), Err)
    }

    /// Whether anything carries it.
    pub(super) fn is_carried(&self) -> bool {
        self.alive().next().is_some()
    }

    /// Signals everything that carries it now.
    pub(super) fn signal(&self, signal: Signal) {
        self.alive().for_each(|process| {
            process.signal(signal);
        });
    }

    fn alive(&self) -> impl Iterator<Item = Identity> {
        let entry = format!("{NAME}={}", self.0).into_bytes();
        let others = pids().filter_map(|pid| u32::try_from(pid).ok()).filter(|pid| *pid != std::process::id());
        // The identity is taken before the look, so that the signal reaches the process that was looked at.
        others.filter_map(Identity::of).filter(move |process| carries(process.pid, &entry))
    }
}

fn carries(pid: i32, entry: &[u8]) -> bool {
    let mut environment = Vec::new();
    // What belongs to another user cannot be read, and is none of ours.
    let read = File::open(format!("/proc/{pid}/environ"))
        .and_then(|file| file.take(ENVIRONMENT_MAX).read_to_end(&mut environment));
    read.is_ok() && environment.split(|b| *b == 0).any(|found| found == entry)
}
