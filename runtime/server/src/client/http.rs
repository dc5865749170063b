//! One HTTP exchange over the socket.

use std::io::ErrorKind;
use std::path::Path;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::Response;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::UnixStream;

use crate::protocol::ErrorBody;
use crate::{Code, Failure};

/// Largest answer that is read, in bytes.
const ANSWER_MAX: usize = 256 << 20;

pub(super) async fn exchange<T: DeserializeOwned>(
    socket: &Path,
    method: &'static str,
    path: &str,
    body: Vec<u8>,
) -> Result<T, Failure> {
    let response = checked(send(socket, method, path, body).await?).await?;
    parse(&collect(response.into_body()).await?)
}

pub(super) async fn send(
    socket: &Path,
    method: &'static str,
    path: &str,
    body: Vec<u8>,
) -> Result<Response<Incoming>, Failure> {
    let stream = UnixStream::connect(socket).await.map_err(|error| not_connected(socket, &error))?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Ends with the exchange; what goes wrong on it is told to the sender.
    tokio::spawn(connection);
    let request = hyper::Request::builder()
        .method(method)
        .uri(path)
        .header(hyper::header::HOST, "deployd")
        .header(hyper::header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(body)))
        .map_err(|error| Failure::usage(format!("`{path}` cannot be asked for: {error}")))?;
    sender.send_request(request).await.map_err(broken)
}

/// The response when it is a good one, else the failure that it tells.
pub(super) async fn checked(response: Response<Incoming>) -> Result<Response<Incoming>, Failure> {
    if response.status().is_success() {
        return Ok(response);
    }
    let status = response.status();
    let body = collect(response.into_body()).await?;
    let told: Result<ErrorBody, _> = serde_json::from_slice(&body);
    Err(told.map_or_else(|_| Failure::internal(format!("the runtime answered {status}")), |told| told.error))
}

async fn collect(body: Incoming) -> Result<Bytes, Failure> {
    let collected = Limited::new(body, ANSWER_MAX).collect().await;
    collected.map(http_body_util::Collected::to_bytes).map_err(|error| broken_off(&*error))
}

pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|error| {
        Failure::internal(format!("the runtime's answer is not understood ({error}); use a deployd of its version"))
    })
}

/// The body of a request.
pub(super) fn body<B: Serialize>(body: &B) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(body).map_err(|error| Failure::internal(format!("request: {error}")))
}

/// A query string of a flat record.
pub(super) fn query<Q: Serialize>(query: &Q) -> Result<String, Failure> {
    let value = serde_json::to_value(query).map_err(|error| Failure::internal(format!("request: {error}")))?;
    let pairs = value.as_object().into_iter().flatten().map(|(name, value)| {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("{name}={}", escape(&text))
    });
    Ok(pairs.collect::<Vec<_>>().join("&"))
}

/// Percent-encodes everything but the unreserved characters of RFC 3986.
pub(super) fn escape(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

fn not_connected(socket: &Path, error: &std::io::Error) -> Failure {
    let place = socket.display();
    if error.kind() == ErrorKind::PermissionDenied {
        let message = format!(
            "you may not use the runtime on {place}: only its owner and root may, and whom they let in with `deployd serve --group`"
        );
        return Failure::new(Code::NotAllowed, message);
    }
    let message = format!("no runtime listens on {place} ({error}); start it with `deployd serve`");
    Failure::new(Code::Unreachable, message)
}

fn broken(error: hyper::Error) -> Failure {
    broken_off(&error)
}

pub(super) fn broken_off(error: &(dyn std::error::Error + 'static)) -> Failure {
    let message =
        format!("the runtime went away ({error}); what was asked may have been done, look with `deployd status`");
    Failure::new(Code::Unreachable, message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::GateQuery;

    #[test]
    fn odd_names_survive_the_query() {
        assert_eq!(query(&GateQuery { gate: "a b/ä&c=1".to_owned() }).unwrap(), "gate=a%20b%2F%C3%A4%26c%3D1");
        assert_eq!(escape("../x"), "..%2Fx");
    }
}
