//! `GET /v1/locks`: what runs keep to themselves, as far as the caller may see it.

use axum::extract::State;
use axum::{Extension, Json};

use super::Answer;
use crate::people::Caller;
use crate::protocol::Held;
use crate::service::Shared;
use crate::source;

pub(super) async fn locks(State(shared): State<Shared>, Extension(caller): Extension<Caller>) -> Answer<Vec<Held>> {
    let mut held = source::locks(&shared.engine).await?;
    held.retain(|held| caller.sees(&[held.lock.environment.clone()].into()));
    Ok(Json(held))
}
