//! The client of the proxy's control socket.

use std::os::fd::AsRawFd;
use std::time::Duration;

use ::proxy::protocol::{Counters, Hello, OLDEST, PROTOCOL, PutRoutes, Refusal, Routes};
use bytes::Bytes;
use http_body_util::Full;
use hyper::{Method, Request};
use rustix::fs::{Mode, OFlags};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::net::UnixStream;

use super::Place;
use crate::host::identity::describe;
use crate::http::exchange;
use crate::supervisor::read_status;

/// The control socket's name in the proxy's folder.
pub(super) const SOCKET: &str = "control.sock";
/// Longest wait for an answer.
const ANSWER_WITHIN: Duration = Duration::from_secs(10);

/// Why there is no useful answer.
#[derive(Debug)]
pub(crate) enum Broken {
    /// Nobody listens on the socket: nothing was sent.
    NotThere(String),
    /// The proxy said no.
    Refused {
        /// Whether asking again can help.
        retryable: bool,
        /// Its words.
        message: String,
    },
    /// The request went out and no whole answer came back.
    NoAnswer(String),
}

impl Broken {
    /// The sentence.
    pub(super) fn message(self) -> String {
        match self {
            Self::NotThere(message) | Self::NoAnswer(message) | Self::Refused { message, .. } => message,
        }
    }
}

/// Who answers; a proxy with which no version of the protocol is shared is refused with the remedy.
pub(crate) async fn hello(place: &Place) -> Result<Hello, Broken> {
    // Read as plain JSON first: another version's greeting may have another shape.
    let value: Value = call(place, Method::GET, "/v1/hello", Bytes::new()).await?;
    let greeting = serde_json::from_value::<Hello>(value.clone());
    match greeting {
        Ok(hello) if hello.common().is_some() => Ok(hello),
        Ok(_) | Err(_) => Err(Broken::Refused { retryable: false, message: no_common_version(place, &value) }),
    }
}

fn no_common_version(place: &Place, hello: &Value) -> String {
    let field = |name: &str| hello.get(name).map(Value::to_string);
    let newest = field("protocol").unwrap_or_else(|| "unknown".to_owned());
    let theirs = match field("oldest").filter(|oldest| *oldest != newest && oldest != "null") {
        Some(oldest) => format!("{oldest} to {newest}"),
        None => newest,
    };
    let pid = field("pid").unwrap_or_else(|| "unknown".to_owned());
    let version = field("version").unwrap_or_else(|| "unknown".to_owned());
    let listen = place.listen;
    format!(
        "the proxy on {listen} (pid {pid}, version {version}) speaks control protocol {theirs} and this program {OLDEST} to {PROTOCOL}; use the deployd that started it, or one in between, or end that proxy and its supervisor so that another is started (users are refused until then)"
    )
}

/// The table in force.
pub(super) async fn routes(place: &Place) -> Result<Routes, Broken> {
    call(place, Method::GET, "/v1/routes", Bytes::new()).await
}

/// Gives the proxy its table.
pub(super) async fn put_routes(place: &Place, table: &PutRoutes) -> Result<Routes, Broken> {
    let body = serde_json::to_vec(table)
        .map_err(|e| Broken::Refused { retryable: false, message: format!("the table cannot be written: {e}") })?;
    call(place, Method::PUT, "/v1/routes", body.into()).await
}

/// All counters at one instant.
pub(super) async fn counters(place: &Place) -> Result<Counters, Broken> {
    call(place, Method::GET, "/v1/counters", Bytes::new()).await
}

async fn call<T: DeserializeOwned>(place: &Place, method: Method, path: &str, body: Bytes) -> Result<T, Broken> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "proxy")
        .header("content-type", "application/json")
        .body(Full::new(body))
        .map_err(|e| Broken::NotThere(e.to_string()))?;
    let stream = connect(place).await.map_err(|e| {
        Broken::NotThere(format!("the proxy on {} does not answer at {}: {e}", place.listen, place.folder.display()))
    })?;
    let silent = |e: String| Broken::NoAnswer(format!("the proxy on {}, {path}: {e}{}", place.listen, frozen(place)));
    let (status, body) = exchange(stream, request, ANSWER_WITHIN).await.map_err(silent)?;
    match status {
        200..=299 => serde_json::from_slice(&body).map_err(|e| silent(e.to_string())),
        _ => Err(Broken::Refused { retryable: status >= 500, message: refusal(place, status, &body) }),
    }
}

/// Why nothing answers, when somebody stopped the proxy or its supervisor.
pub(super) fn frozen(place: &Place) -> String {
    let status = read_status(&place.folder).ok().flatten();
    let processes = status.iter().flat_map(|status| [&status.child, &status.supervisor]).flatten();
    let stopped: Vec<String> = processes
        .filter(|process| process.stopped())
        .map(|process| format!("; {} is stopped, continue it with `kill -CONT {}`", describe(process.pid), process.pid))
        .collect();
    stopped.concat()
}

fn refusal(place: &Place, status: u16, body: &[u8]) -> String {
    match serde_json::from_slice::<Refusal>(body) {
        Ok(refusal) => format!("the proxy on {}: {}", place.listen, refusal.error),
        Err(_) => format!("the proxy on {} answered {status}", place.listen),
    }
}

/// Connects through the folder's descriptor: a socket's path is limited to 107 bytes (unix(7)), a state
/// directory's is not.
async fn connect(place: &Place) -> std::io::Result<UnixStream> {
    let folder = rustix::fs::open(&place.folder, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())?;
    tokio::time::timeout(ANSWER_WITHIN, UnixStream::connect(format!("/proc/self/fd/{}/{SOCKET}", folder.as_raw_fd())))
        .await?
}
