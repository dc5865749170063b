//! `GET /v1/status`: runs in flight, and what runs where.

use axum::Json;
use axum::extract::State;

use super::Answer;
use crate::protocol::Status;
use crate::service::Shared;
use crate::source;

pub(super) async fn status(State(shared): State<Shared>) -> Answer<Status> {
    Ok(Json(source::status(&shared.engine, &*shared.store).await?))
}
