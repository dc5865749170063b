//! `POST /v1/forget`: forget runs that ended long ago. The owner's alone.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::{Extension, Json};
use machine::ports::store::Pruned;

use super::Answer;
use crate::people::Caller;
use crate::protocol::Forget;
use crate::service::Shared;
use crate::{Failure, retention};

pub(super) async fn forget(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<Forget>, JsonRejection>,
) -> Answer<Pruned> {
    let Json(ask) = body.map_err(|error| Failure::usage(error.body_text()))?;
    caller.refuse_others()?;
    Ok(Json(retention::prune(&shared.store, caller.actor.name, &ask).await?))
}
