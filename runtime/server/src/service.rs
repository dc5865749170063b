//! The service: its routes, its limits, and how it ends.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router, middleware};
use engine::Engine;
use machine::ports::store::Store;
use tokio::net::UnixListener;
use tokio::sync::watch;

use crate::peer::Peer;
use crate::people::People;
use crate::places::Places;
use crate::protocol::{BODY_MAX, ErrorBody, PROTOCOL};
use crate::roles::Environments;
use crate::{Code, Failure, door, routes};

/// How long open requests are given to end once the service was told to stop.
const GRACE: Duration = Duration::from_secs(3);

/// What the routes work with.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) people: Arc<People>,
    pub(crate) places: Arc<Places>,
    /// Turns true when streams are to end.
    pub(crate) stopping: watch::Receiver<bool>,
}

impl Shared {
    /// The environments that a run touches.
    pub(crate) async fn environments(&self, run: &str) -> Result<Arc<Environments>, Failure> {
        self.places.of(&*self.store, run).await
    }
}

/// Serves until `stopping` turns true, and a little longer for open requests.
pub(crate) async fn serve(listener: UnixListener, shared: Shared) -> std::io::Result<()> {
    let stopping = shared.stopping.clone();
    let service = router(shared).into_make_service_with_connect_info::<Peer>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(stopped(stopping.clone()));
    tokio::select! {
        served = async { serving.await } => served,
        () = async { stopped(stopping).await; tokio::time::sleep(GRACE).await; } => Ok(()),
    }
}

async fn stopped(mut stopping: watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

fn router(shared: Shared) -> Router {
    Router::new()
        .nest("/v1", routes::all())
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(DefaultBodyLimit::max(BODY_MAX))
        .layer(middleware::from_fn_with_state(shared.clone(), door::check))
        .with_state(shared)
}

async fn unknown(request: axum::extract::Request) -> Failure {
    let message = format!(
        "this runtime (deployd {}, protocol {PROTOCOL}) does not know `{} {}`; use a deployd of the same version",
        env!("CARGO_PKG_VERSION"),
        request.method(),
        request.uri().path(),
    );
    Failure::new(Code::Missing, message)
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = axum::http::StatusCode::from_u16(self.code.status())
            .unwrap_or(axum::http::StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(ErrorBody { error: self })).into_response()
    }
}
