//! `POST /v1/rebuild`: make anew what is a copy of what the journals say. The owner's alone.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::{Extension, Json};

use super::Answer;
use crate::people::Caller;
use crate::protocol::{Anew, Said};
use crate::service::Shared;
use crate::{Code, Failure};

pub(super) async fn rebuild(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<Anew>, JsonRejection>,
) -> Answer<Said> {
    let Json(Anew { what, key, reason }) = body.map_err(|error| Failure::usage(error.body_text()))?;
    caller.refuse_others()?;
    let failed = |error: engine::SignalError| Failure::new(Code::of_exit(error.exit_code()), error.to_string());
    let message = shared.engine.rebuild(what, caller.actor, reason, key).await.map_err(failed)?;
    Ok(Json(Said { message }))
}
