//! The forms of a control answer.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;

use crate::protocol::{PROTOCOL, PutRoutes, Refusal};

pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response<Full<Bytes>> {
    match serde_json::to_vec(value) {
        Ok(body) => with(status, "application/json", body),
        // Our own types always serialize; should one not, the client is told so.
        Err(cause) => with(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", cause.to_string().into_bytes()),
    }
}

pub(super) fn text(body: String) -> Response<Full<Bytes>> {
    with(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", body.into_bytes())
}

pub(super) fn refuse(status: StatusCode, error: impl Into<String>) -> Response<Full<Bytes>> {
    refusal(status, &Refusal { protocol: PROTOCOL, error: error.into(), epoch_offered: None, epoch_seen: None })
}

pub(super) fn refuse_epoch(offered: u64, seen: u64) -> Response<Full<Bytes>> {
    let error = format!("epoch {offered} is over: epoch {seen} was already seen, another worker has taken this over");
    let refused = Refusal { protocol: PROTOCOL, error, epoch_offered: Some(offered), epoch_seen: Some(seen) };
    refusal(StatusCode::CONFLICT, &refused)
}

pub(super) fn refuse_late(offered: &PutRoutes) -> Response<Full<Bytes>> {
    let PutRoutes { epoch, sequence, key, .. } = offered;
    let error = format!("request {sequence} of epoch {epoch} (key `{key}`) came late: a newer one was seen already");
    let (epoch_offered, epoch_seen) = (Some(*epoch), Some(*epoch));
    refusal(StatusCode::CONFLICT, &Refusal { protocol: PROTOCOL, error, epoch_offered, epoch_seen })
}

pub(super) fn not_allowed(methods: &'static str) -> Response<Full<Bytes>> {
    let mut response = refuse(StatusCode::METHOD_NOT_ALLOWED, format!("this path takes {methods} only"));
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

pub(super) fn unknown(path: &str) -> Response<Full<Bytes>> {
    let known = "/v1/hello, /v1/routes, /v1/counters, /metrics";
    refuse(StatusCode::NOT_FOUND, format!("there is no {path}: this proxy speaks protocol {PROTOCOL} with {known}"))
}

fn refusal(status: StatusCode, refusal: &Refusal) -> Response<Full<Bytes>> {
    json(status, refusal)
}

fn with(status: StatusCode, kind: &'static str, body: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
