//! `POST /v1/locks/steal`: take a lock away from the run that holds it.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::{Extension, Json};
use machine::ports::store::Target;

use super::Answer;
use crate::people::Caller;
use crate::protocol::{Said, Steal};
use crate::service::Shared;
use crate::verb::Verb;
use crate::{Code, Failure};

pub(super) async fn steal(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<Steal>, JsonRejection>,
) -> Answer<Said> {
    let Json(Steal { environment, service, key, reason }) = body.map_err(|error| Failure::usage(error.body_text()))?;
    let environments = [environment.clone()].into();
    caller.may(Verb::Steal, &environments)?;
    caller.gives_reason(Verb::Steal, &environments, Some(&reason))?;
    let failed = |error: engine::SignalError| Failure::new(Code::of_exit(error.exit_code()), error.to_string());
    let target = Target { environment, service };
    let message = shared.engine.steal(target, caller.actor, Some(reason), key).await.map_err(failed)?;
    Ok(Json(Said { message }))
}
