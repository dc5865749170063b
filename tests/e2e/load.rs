//! Steady user traffic, and what the users saw.

use std::path::PathBuf;
use std::process::{Child, Stdio};

use rustix::process::Signal;
use xtask::witness::traffic::{self, Tally};

use crate::harness::processes::signal;
use crate::harness::site::Site;
use crate::harness::wait::until_true;

/// The load generator while it runs.
pub(super) struct Load {
    child: Child,
    log: PathBuf,
}

impl Load {
    /// Starts it, and waits until a release has answered.
    pub(super) fn start(site: &Site, rate: u32) -> Self {
        let log = site.folder().join("load.jsonl");
        let url = format!("http://{}/", site.listen);
        let mut command = site.command("load", &["--url", &url, "--rate", &rate.to_string(), "--connections", "8"]);
        command.arg("--log").arg(&log).stdin(Stdio::null()).stdout(Stdio::null());
        let load = Self { child: command.spawn().expect("load can be started"), log };
        until_true("users are answered", || load.so_far().answers() > 0);
        load
    }

    /// What the users saw until now.
    pub(super) fn so_far(&self) -> Tally {
        traffic::read(&self.log).map(|tallies| traffic::total(&tallies)).unwrap_or_default()
    }

    /// Waits until so many more requests were answered.
    pub(super) fn more(&self, answers: u64) {
        let before = self.so_far().answers();
        until_true("more users are answered", || self.so_far().answers() >= before + answers);
    }

    /// Ends it; every tenth of a second that it logged.
    pub(super) fn stop(mut self) -> Vec<Tally> {
        signal(self.child.id() as i32, Signal::TERM);
        let _ = self.child.wait();
        traffic::read(&self.log).expect("the load has written its log")
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
