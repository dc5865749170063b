//! One file per thing that can be asked of the socket.

mod explain;
mod forget;
mod hello;
mod journal;
mod keys;
mod locks;
mod queue;
mod rebuild;
mod runs;
mod signal;
mod status;
mod steal;
mod submit;
mod view;
mod watch;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use axum::routing::{get, post};

use crate::Failure;
use crate::protocol::PAGE_MAX;
use crate::service::Shared;

/// Everything below `/v1`.
pub(crate) fn all() -> Router<Shared> {
    Router::new()
        .route("/hello", get(hello::hello))
        .route("/forget", post(forget::forget))
        .route("/rebuild", post(rebuild::rebuild))
        .route("/keys", get(keys::said_to))
        .route("/keys/noted", get(keys::noted))
        .route("/keys/note", post(keys::note))
        .route("/status", get(status::status))
        .route("/runs", get(runs::runs).post(submit::submit))
        .route("/queue", post(queue::queue))
        .route("/locks", get(locks::locks))
        .route("/locks/steal", post(steal::steal))
        .route("/runs/{run}", get(view::view))
        .route("/runs/{run}/watch", get(watch::watch))
        .route("/runs/{run}/journal", get(journal::journal))
        .route("/runs/{run}/explain", get(explain::explain))
        .route("/runs/{run}/signals", post(signal::signal))
}

/// The answer of a route.
type Answer<T> = Result<axum::Json<T>, Failure>;

/// A page's size within the limit.
fn page(limit: u32) -> u32 {
    limit.min(PAGE_MAX)
}

/// The run that a path names.
struct Named(String);

impl FromRequestParts<Shared> for Named {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Failure> {
        let named = Path::from_request_parts(parts, shared).await;
        named.map(|Path(run)| Self(run)).map_err(|error| Failure::usage(error.body_text()))
    }
}
