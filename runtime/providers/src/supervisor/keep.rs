//! The supervisor's loop: start or adopt, wait, write down, wait a little, start again.

use std::future::pending;
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::child::Child;
use super::output::Output;
use super::spec::Spec;
use super::status::{self, Status};
use super::{SECRETS, WORK};
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

/// Keeps the specified child running until SIGTERM, then ends it.
pub(crate) async fn keep(folder: &Path, spec: &Spec) -> Result<(), String> {
    let mut stop = Stop::listen()?;
    let scrubber = Scrubber::new(&read_back(spec.secrets.values()));
    let mut output = Output::open(folder, scrubber)?;
    let mut status = status::read(folder)?.unwrap_or_else(Status::new).of_this_boot();
    status.supervisor = Identity::of(std::process::id());
    status.stopping = false;
    let mut listener = None;
    let mut child = adopt(&mut status, spec, &mut listener);
    if child.is_none() {
        status.child = None;
    }
    loop {
        if child.is_none() {
            child = start(folder, spec, &output, &mut listener, &mut status);
        }
        status.write(folder)?;
        let asked_to_stop = match child.take() {
            Some(running) => {
                let asked = output
                    .pump_until(async {
                        tokio::select! { () = running.ended() => false, () = stop.asked() => true }
                    })
                    .await;
                let how = if asked {
                    status.stopping = true;
                    status.write(folder)?;
                    output.pump_until(running.stop(Duration::from_millis(spec.stop_within_ms))).await
                } else {
                    running.bury()
                };
                output.drain();
                end_of_child(&mut status, how, asked);
                asked
            }
            None => false,
        };
        if asked_to_stop {
            break;
        }
        status.write(folder)?;
        let wait = Duration::from_millis(backoff_ms(&status.deaths_ms, boot_ms()));
        let asked = output
            .pump_until(async {
                tokio::select! { () = tokio::time::sleep(wait) => false, () = stop.asked() => true }
            })
            .await;
        if asked {
            break;
        }
        status.restarts += 1;
    }
    output.drain();
    files::remove_dir(&folder.join(SECRETS))?;
    status.child = None;
    status.stopping = true;
    status.write(folder)
}

fn end_of_child(status: &mut Status, how: String, asked: bool) {
    if asked {
        status.child = None;
        status.last_exit = Some(how);
    } else {
        status.died(how);
    }
}

fn adopt(status: &mut Status, spec: &Spec, listener: &mut Option<TcpListener>) -> Option<Child> {
    let child = Child::adopt(status.child.as_ref()?)?;
    if spec.listen.is_some() {
        *listener = child.listener();
    }
    status.runs(child.identity().clone());
    Some(child)
}

fn start(
    folder: &Path,
    spec: &Spec,
    output: &Output,
    listener: &mut Option<TcpListener>,
    status: &mut Status,
) -> Option<Child> {
    if let (Some(address), None) = (spec.listen, &listener) {
        match TcpListener::bind(address) {
            Ok(bound) => *listener = Some(bound),
            Err(e) => {
                let reason = match e.kind() {
                    std::io::ErrorKind::AddrInUse => {
                        format!("{address} is taken by {}", holder_text(address.port()))
                    }
                    _ => format!("cannot listen on {address}: {e}"),
                };
                status.died(reason.clone());
                status.blocked = Some(reason);
                return None;
            }
        }
    }
    let work = spec.folder.clone().unwrap_or_else(|| folder.join(WORK));
    match Child::start(spec, &work, output.write_end(), listener.as_ref()) {
        Ok(child) => {
            status.runs(child.identity().clone());
            Some(child)
        }
        Err(reason) => {
            status.died(reason);
            None
        }
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
