//! `GET /v1/status`: runs in flight, and what runs where, as far as the caller may see it.

use axum::extract::State;
use axum::{Extension, Json};

use super::{Answer, runs};
use crate::people::Caller;
use crate::protocol::Status;
use crate::service::Shared;
use crate::source;

pub(super) async fn status(State(shared): State<Shared>, Extension(caller): Extension<Caller>) -> Answer<Status> {
    let mut status = source::status(&shared.engine, &*shared.store).await?;
    status.runs = runs::seen(&shared, &caller, status.runs).await?;
    status.running.retain(|running| caller.sees(&[running.environment.clone()].into()));
    status.notices = shared.people.problem().into_iter().collect();
    Ok(Json(status))
}
