//! The users: steady requests for as long as the world lasts, and what became of them.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use super::wait::until;
use crate::witness::traffic;

/// Requests a second: within what the project declares.
const RATE: &str = "250";

/// What became of their requests.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    /// Requests that were answered.
    pub(crate) answers: u64,
    /// Requests that were not answered with 200.
    pub(crate) failed: u64,
}

/// The load generator while it runs.
pub(crate) struct Users {
    child: Child,
    log: PathBuf,
    read_to: u64,
    seen: Seen,
}

impl Users {
    /// Starts them, and waits until one was answered.
    pub(crate) fn start(mut load: Command, listen: &str, log: PathBuf) -> Result<Self, String> {
        load.args(["--url", &format!("http://{listen}/"), "--rate", RATE, "--connections", "8", "--log"]).arg(&log);
        let child = load.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let child = child.map_err(|e| format!("load could not be started: {e}"))?;
        let mut users = Self { child, log, read_to: 0, seen: Seen::default() };
        until("users are answered", || Ok((users.look()?.answers > 0).then_some(())))?;
        Ok(users)
    }

    /// What they saw until now.
    pub(crate) fn look(&mut self) -> Result<Seen, String> {
        let failed = |e: std::io::Error| format!("the load's log: {e}");
        let Ok(mut file) = File::open(&self.log) else { return Ok(self.seen) };
        file.seek(SeekFrom::Start(self.read_to)).map_err(failed)?;
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(failed)?;
        // A line that is being written is read the next time.
        let whole = text.rfind('\n').map_or("", |end| &text[..=end]);
        self.read_to += whole.len() as u64;
        for tally in traffic::parse(whole) {
            self.seen.answers += tally.answers();
            self.seen.failed += tally.failed();
        }
        Ok(self.seen)
    }
}

impl Drop for Users {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
