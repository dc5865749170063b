//! The control side: versioned JSON on a unix socket that only the proxy's own user may use.

mod answer;
mod check;
mod metrics;
mod put;
mod socket;

use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode};
use tokio::sync::Mutex;

pub(crate) use check::check;
pub(crate) use socket::{Socket, serve};

use crate::protocol::{Hello, OLDEST, PROTOCOL};
use crate::router::Router;
use crate::state::{State, StateFile};

/// What the control side works on.
#[derive(Debug)]
pub(crate) struct Control {
    router: Arc<Router>,
    name: String,
    listen: SocketAddr,
    /// Also makes writers wait for each other.
    state: Mutex<Kept>,
}

#[derive(Debug)]
struct Kept {
    file: Arc<StateFile>,
    state: State,
}

impl Control {
    pub(crate) fn new(router: Arc<Router>, name: String, listen: SocketAddr, file: StateFile, state: State) -> Self {
        Self { router, name, listen, state: Mutex::new(Kept { file: Arc::new(file), state }) }
    }
}

async fn handle(control: Arc<Control>, request: Request<Incoming>) -> Response<Full<Bytes>> {
    match (request.uri().path(), request.method()) {
        ("/v1/hello", &Method::GET) => answer::json(StatusCode::OK, &hello(&control)),
        ("/v1/routes", &Method::GET) => answer::json(StatusCode::OK, &control.router.routes()),
        ("/v1/routes", &Method::PUT) => put::routes(control, request.into_body()).await,
        ("/v1/counters", &Method::GET) => answer::json(StatusCode::OK, &control.router.counters()),
        ("/metrics", &Method::GET) => answer::text(metrics::render(&control.router)),
        ("/v1/hello" | "/v1/counters" | "/metrics", _) => answer::not_allowed("GET"),
        ("/v1/routes", _) => answer::not_allowed("GET, PUT"),
        _ => answer::unknown(request.uri().path()),
    }
}

fn hello(control: &Control) -> Hello {
    Hello {
        protocol: PROTOCOL,
        oldest: Some(OLDEST),
        incarnation: control.router.incarnation.clone(),
        pid: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        name: control.name.clone(),
        listen: control.listen,
    }
}
