//! A runtime that is killed: as it is, or held at a point.

use std::fs::OpenOptions;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::process::{Child, Stdio};
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use super::wait::until;
use super::world::World;

/// A process of `deployd serve`, or of the same that stops at a point.
pub(crate) struct Runtime {
    child: Child,
    marker: Option<PathBuf>,
    since: Instant,
}

impl Runtime {
    /// Starts it, and waits until it answers or has come to its point.
    pub(crate) fn start(world: &World, point: Option<&str>) -> Result<Self, String> {
        let marker = world.folder.join("held");
        let _ = std::fs::remove_file(&marker);
        let marker_text = marker.to_str().ok_or("the folder's path is not UTF-8")?;
        let mut command = match point {
            Some(point) => world.deployd(&["internal", "serve-until", point, "--marker", marker_text]),
            None => world.deployd(&["serve"]),
        };
        let log = OpenOptions::new().append(true).create(true).open(world.folder.join("deployd.log"));
        let log = log.map_err(|e| format!("deployd.log: {e}"))?;
        let second = log.try_clone().map_err(|e| format!("deployd.log: {e}"))?;
        let child = command.stdout(Stdio::from(log)).stderr(Stdio::from(second)).spawn();
        let child = child.map_err(|e| format!("deployd could not be started: {e}"))?;
        let mut runtime = Self { child, marker: point.is_some().then_some(marker), since: Instant::now() };
        let socket = world.state().join("deployd.sock");
        until("the runtime listens", || match runtime.child.try_wait() {
            Ok(None) => Ok((runtime.held() || UnixStream::connect(&socket).is_ok()).then_some(())),
            ended => Err(format!("the runtime ended at its start: {ended:?}")),
        })?;
        Ok(runtime)
    }

    /// Whether it has come to its point.
    pub(crate) fn held(&self) -> bool {
        self.marker.as_ref().is_some_and(|marker| marker.exists())
    }

    /// Tells it to stop.
    pub(crate) fn terminate(&self) -> Result<(), String> {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, Signal::TERM).map_err(|e| format!("deployd could not be told to stop: {e}"))
    }

    /// Whether it has ended well by itself.
    pub(crate) fn has_stopped(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(status)) if status.success())
    }

    /// When it was started.
    pub(crate) fn since(&self) -> Instant {
        self.since
    }
}

impl Drop for Runtime {
    /// `kill -9`, whether it was told to stop before or not.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
