//! `POST /v1/runs/{run}/signals`: say something to a run.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::{Extension, Json};
use machine::signal::Signal;

use super::{Answer, Named};
use crate::people::Caller;
use crate::protocol::{Said, Say};
use crate::service::Shared;
use crate::verb::Verb;
use crate::{Code, Failure};

pub(super) async fn signal(
    State(shared): State<Shared>,
    Named(run): Named,
    Extension(caller): Extension<Caller>,
    body: Result<Json<Say>, JsonRejection>,
) -> Answer<Said> {
    let Json(Say { key, signal: kind, reason }) = body.map_err(|error| Failure::usage(error.body_text()))?;
    if caller.is_asked() {
        let (verb, environments) = (Verb::of(&kind), shared.environments(&run).await?);
        caller.may(verb, &environments)?;
        caller.gives_reason(verb, &environments, reason.as_deref())?;
    }
    let actor = caller.actor;
    let failed = |error: engine::SignalError| Failure::new(Code::of_exit(error.exit_code()), error.to_string());
    let message = shared.engine.signal(&run, Signal { key, actor, kind, reason }).await.map_err(failed)?;
    Ok(Json(Said { message }))
}
