//! `GET /v1/hello`: who answers.

use axum::Json;
use axum::extract::State;

use super::Answer;
use crate::protocol::{Hello, PROTOCOL};
use crate::service::Shared;

pub(super) async fn hello(State(shared): State<Shared>) -> Answer<Hello> {
    Ok(Json(Hello {
        protocol: PROTOCOL,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        pid: std::process::id(),
        epoch: shared.store.epoch(),
    }))
}
