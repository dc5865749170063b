//! The supervisor's loop: start or adopt, wait, write down, wait a little, start again.

use std::future::pending;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::child::Child;
use super::output::Output;
use super::spec::Spec;
use super::status::{self, Status};
use super::{SECRETS, WORK, strays};
use crate::host::files;
use crate::host::identity::{Identity, boot_ms};
use crate::host::ports::holder_text;
use crate::secrets::read_back;
use crate::secrets::scrub::Scrubber;

/// Wait before the first restart, in milliseconds; doubled for each further one.
const BACKOFF_MS: u64 = 100;
/// Longest wait between two restarts of the back-off, in milliseconds.
const BACKOFF_MAX_MS: u64 = 5_000;
/// The window in which deaths are counted, in milliseconds.
const WINDOW_MS: u64 = 60_000;
/// Most deaths within the window; the next start waits until the oldest has left it.
const DEATHS_MAX: usize = 10;

/// How often it is made sure that the status can be read as it is.
const TOLD_EVERY: Duration = Duration::from_secs(1);

/// Keeps the specified child running until SIGTERM, then ends it.
pub(crate) async fn keep(folder: &Path, spec: &Spec) -> Result<(), String> {
    let mut keeper = Keeper::begin(folder, spec)?;
    let mut child = keeper.adopt();
    if child.is_none() {
        strays::end(folder);
    }
    let orphans = tokio::spawn(strays::bury_orphans(Arc::clone(&keeper.own)));
    loop {
        child = child.or_else(|| keeper.start());
        keeper.note();
        let asked_to_stop = match child.take() {
            Some(running) => keeper.watch(running).await,
            None => false,
        };
        if asked_to_stop || keeper.pause().await {
            break;
        }
    }
    orphans.abort();
    keeper.end().await
}

/// One supervisor at work.
struct Keeper<'a> {
    folder: &'a Path,
    spec: &'a Spec,
    stop: Stop,
    output: Output,
    status: Status,
    listener: Option<TcpListener>,
    /// The pid of a child that this process started and has not buried, else 0.
    own: Arc<AtomicI32>,
}

impl<'a> Keeper<'a> {
    fn begin(folder: &'a Path, spec: &'a Spec) -> Result<Self, String> {
        let stop = Stop::listen()?;
        let scrubber = Scrubber::new(&read_back(spec.secrets.values()));
        let output = Output::open(folder, scrubber)?;
        let mut status = status::read(folder)?.unwrap_or_else(Status::new).of_this_boot();
        status.supervisor = Identity::of(std::process::id());
        status.stopping = false;
        Ok(Self { folder, spec, stop, output, status, listener: None, own: Arc::default() })
    }

    /// The child of a supervisor that was killed.
    fn adopt(&mut self) -> Option<Child> {
        let child = self.status.child.take().and_then(|identity| Child::adopt(&identity))?;
        if self.spec.listen.is_some() {
            self.listener = child.listener();
        }
        self.status.runs(child.identity().clone());
        Some(child)
    }

    fn start(&mut self) -> Option<Child> {
        if let Err(reason) = self.listen() {
            self.status.died(reason.clone());
            self.status.blocked = Some(reason);
            return None;
        }
        let work = self.spec.folder.clone().unwrap_or_else(|| self.folder.join(WORK));
        match Child::start(self.spec, &work, self.output.write_end(), self.listener.as_ref()) {
            Ok(child) => {
                self.own.store(child.identity().pid, Ordering::Relaxed);
                self.status.runs(child.identity().clone());
                Some(child)
            }
            Err(reason) => {
                self.status.died(reason);
                None
            }
        }
    }

    fn listen(&mut self) -> Result<(), String> {
        let (Some(address), None) = (self.spec.listen, &self.listener) else { return Ok(()) };
        let bound = TcpListener::bind(address).map_err(|e| match e.kind() {
            std::io::ErrorKind::AddrInUse => format!("{address} is taken by {}", holder_text(address.port())),
            _ => format!("cannot listen on {address}: {e}"),
        })?;
        self.listener = Some(bound);
        Ok(())
    }

    /// Waits until the child has ended, by itself or because it was asked to; true when it was asked.
    async fn watch(&mut self, child: Child) -> bool {
        let asked = loop {
            let event = async {
                tokio::select! {
                    () = child.ended() => Some(false),
                    () = self.stop.asked() => Some(true),
                    () = tokio::time::sleep(TOLD_EVERY) => None,
                }
            };
            match self.output.pump_until(event).await {
                Some(asked) => break asked,
                None => self.tell_again(),
            }
        };
        if asked {
            self.status.stopping = true;
            self.note();
            let within = Duration::from_millis(self.spec.stop_within_ms);
            self.status.last_exit = Some(self.output.pump_until(child.stop(within)).await);
        } else {
            self.status.died(child.bury());
        }
        self.own.store(0, Ordering::Relaxed);
        // What the dead child left behind may hold what the next one needs.
        strays::end(self.folder);
        strays::end_descendants().await;
        self.output.drain();
        asked
    }

    /// Waits before the next start; true when asked to stop instead.
    async fn pause(&mut self) -> bool {
        self.note();
        let wait = Duration::from_millis(backoff_ms(&self.status.deaths_ms, boot_ms()));
        let event = async {
            tokio::select! { () = tokio::time::sleep(wait) => false, () = self.stop.asked() => true }
        };
        let asked = self.output.pump_until(event).await;
        self.status.restarts += u64::from(!asked);
        asked
    }

    /// Writes the status down. A full disk must not end what user traffic depends on.
    fn note(&self) {
        if let Err(message) = self.status.write(self.folder) {
            eprintln!("{message}");
        }
    }

    /// What is read is what is so, also after a disk was full or the file was damaged: who reads it ends what it takes
    /// for dead.
    fn tell_again(&self) {
        let told = status::read(self.folder);
        if !matches!(&told, Ok(Some(told)) if *told == self.status) {
            // Said when it failed for the first time; it is tried again.
            let _ = self.status.write(self.folder);
        }
    }

    async fn end(mut self) -> Result<(), String> {
        self.output.drain();
        strays::end(self.folder);
        strays::end_descendants().await;
        self.status.child = None;
        self.status.stopping = true;
        self.note();
        files::remove_dir(&self.folder.join(SECRETS))
    }
}

/// How long to wait after these deaths, oldest first, in milliseconds.
fn backoff_ms(deaths_ms: &[u64], now_ms: u64) -> u64 {
    let recent: Vec<u64> = deaths_ms.iter().copied().filter(|at| at + WINDOW_MS > now_ms).collect();
    let doublings = u32::try_from(recent.len().saturating_sub(1)).unwrap_or(u32::MAX).min(16);
    let backoff = (BACKOFF_MS << doublings).min(BACKOFF_MAX_MS);
    let crowded = recent.len().checked_sub(DEATHS_MAX).and_then(|at| recent.get(at));
    crowded.map_or(backoff, |oldest| backoff.max((oldest + WINDOW_MS).saturating_sub(now_ms)))
}

/// The wish to end, from any of the signals that express it.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
    _hangup: Signal,
}

impl Stop {
    fn listen() -> Result<Self, String> {
        let listen = |kind| signal(kind).map_err(|e| format!("cannot listen for signals: {e}"));
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            // Listened for and not heeded: a closed terminal must not end a service.
            _hangup: listen(SignalKind::hangup())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            Some(()) = self.terminate.recv() => {}
            Some(()) = self.interrupt.recv() => {}
            else => pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restarts_slow_down_and_are_bounded_in_a_minute() {
        let now = 1_000_000;
        let deaths = |n: u64| (0..n).map(|i| now - (n - i) * 100).collect::<Vec<_>>();
        let waits: Vec<u64> = (0..8).map(|n| backoff_ms(&deaths(n), now)).collect();
        assert_eq!(waits, [100, 100, 200, 400, 800, 1600, 3200, 5000]);
        assert_eq!(backoff_ms(&deaths(10), now), 59_000);
        assert_eq!(backoff_ms(&[now - 70_000; 12], now), 100);
    }
}
