//! Waits until an instance is ready, and says precisely why when it never is.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};

use super::Subject;
use super::config::Ready;
use super::instance::Instance;
use crate::host::identity::{Identity, boot_ms, describe};
use crate::host::ports;
use crate::http::status;
use crate::supervisor::Status;

/// Longest wait for one answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(50);
/// Deaths within [`WINDOW_MS`] after which an instance is given up.
const DEATHS_MAX: usize = 3;
/// The window in which deaths count, in milliseconds.
const WINDOW_MS: u64 = 60_000;
/// An instance without a readiness check has to live this long, in milliseconds.
const SETTLED_MS: u64 = 500;

/// Why an instance is not ready.
#[derive(Debug)]
pub(super) enum NotReady {
    /// It died again and again.
    Dies {
        /// Deaths within the last minute.
        deaths: usize,
        /// How the last one ended.
        last_exit: String,
    },
    /// It lives and did not say that it is ready.
    Never {
        /// The last answer, as a sentence part.
        answer: String,
        /// How long it was waited for.
        within: Duration,
    },
}

/// Waits for readiness so long.
pub(super) async fn wait(subject: &Subject, instance: &Instance, within: Duration) -> Result<(), NotReady> {
    let never = |answer: String| NotReady::Never { answer, within };
    let address = instance.socket().map_err(never)?;
    let end = Instant::now() + within;
    loop {
        let status = instance.status().map_err(never)?;
        if let Some((deaths, last_exit)) = keeps_dying(&status) {
            return Err(NotReady::Dies { deaths, last_exit });
        }
        let answer = match look(&subject.config.ready, &status, address).await {
            Ok(()) if instance.status().is_ok_and(|after| after.child == status.child) => return Ok(()),
            Ok(()) => "it answered and died".to_owned(),
            Err(answer) => answer,
        };
        if Instant::now() >= end {
            let deaths = status.deaths_within(WINDOW_MS);
            return Err(match status.last_exit.filter(|_| deaths > 0) {
                Some(last_exit) => NotReady::Dies { deaths, last_exit },
                None => never(answer),
            });
        }
        sleep(LOOK).await;
    }
}

/// How often an instance died within the last minute and how it last ended, when that is too often.
pub(super) fn keeps_dying(status: &Status) -> Option<(usize, String)> {
    let deaths = status.deaths_within(WINDOW_MS);
    (deaths >= DEATHS_MAX).then(|| (deaths, status.last_exit.clone().unwrap_or_default()))
}

/// Looks once.
pub(super) async fn look(ready: &Ready, status: &Status, address: SocketAddr) -> Result<(), String> {
    let Some(child) = status.living_child() else {
        return Err("no process was running".to_owned());
    };
    match ready {
        Ready::Http { path } => http(path, address).await?,
        Ready::Tcp => tcp(address).await?,
        Ready::NoneNeeded => return settled(status),
    }
    ours(child, address)
}

async fn http(path: &str, address: SocketAddr) -> Result<(), String> {
    let request = Request::builder()
        .method(Method::GET)
        .uri(path)
        .header("host", address.to_string())
        .header("connection", "close")
        .body(Full::new(Bytes::new()))
        .map_err(|e| format!("`{path}` is not a path: {e}"))?;
    let answered = match timeout(ANSWER_WITHIN, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => status(stream, request, ANSWER_WITHIN).await,
        Ok(Err(e)) => Err(e.to_string()),
        Err(_) => Err("no connection".to_owned()),
    };
    match answered {
        Ok(200..=299) => Ok(()),
        Ok(status) => Err(format!("GET {path} answered {status}")),
        Err(e) => Err(format!("GET {path} on {address}: {e}")),
    }
}

async fn tcp(address: SocketAddr) -> Result<(), String> {
    match timeout(ANSWER_WITHIN, TcpStream::connect(address)).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(e)) => Err(format!("connecting to {address}: {e}")),
        Err(_) => Err(format!("connecting to {address}: no answer")),
    }
}

fn settled(status: &Status) -> Result<(), String> {
    if boot_ms() >= status.child_since_ms + SETTLED_MS { Ok(()) } else { Err("it had only just started".to_owned()) }
}

/// A stranger on the port must not be taken for the instance. Where `/proc` does not tell, the answer counts.
fn ours(child: &Identity, address: SocketAddr) -> Result<(), String> {
    match ports::holder(address.port()) {
        Some(pid) if !ports::belongs(pid, child.pid) => {
            Err(format!("{address} is answered by another process, {}", describe(pid)))
        }
        Some(_) | None => Ok(()),
    }
}
