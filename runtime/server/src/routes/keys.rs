//! `/v1/keys`: what is known of a request by its key. `GET /v1/keys` tells to which run something was said under it;
//! `/v1/keys/noted` and `/v1/keys/note` are for the owner's commands, which do more than the runtime sees of them.

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::{Extension, Json};
use machine::ports::store::Answered;

use super::Answer;
use crate::Failure;
use crate::keeping;
use crate::people::Caller;
use crate::protocol::{KeyQuery, SaidTo};
use crate::service::Shared;

pub(super) async fn said_to(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    query: Result<Query<KeyQuery>, QueryRejection>,
) -> Answer<SaidTo> {
    let Query(KeyQuery { key }) = query.map_err(|error| Failure::usage(error.body_text()))?;
    let run = shared.engine.said_to(&key).await?;
    let seen = match &run {
        Some(run) => caller.sees(&*shared.environments(run).await?),
        None => true,
    };
    Ok(Json(SaidTo { run: run.filter(|_| seen) }))
}

pub(super) async fn noted(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    query: Result<Query<KeyQuery>, QueryRejection>,
) -> Answer<Option<Answered>> {
    let Query(KeyQuery { key }) = query.map_err(|error| Failure::usage(error.body_text()))?;
    caller.refuse_others()?;
    Ok(Json(shared.store.answered(&key).await?))
}

pub(super) async fn note(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<Answered>, JsonRejection>,
) -> Answer<Answered> {
    let Json(answered) = body.map_err(|error| Failure::usage(error.body_text()))?;
    caller.refuse_others()?;
    Ok(Json(keeping::note(&*shared.store, answered).await?))
}
