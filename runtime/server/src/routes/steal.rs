//! `POST /v1/locks/steal`: take a lock away from the run that holds it.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::{Extension, Json};
use machine::ports::store::Target;

use super::Answer;
use crate::people::Caller;
use crate::protocol::{Said, Steal};
use crate::roles::Environments;
use crate::service::Shared;
use crate::verb::Verb;
use crate::{Code, Failure, source};

pub(super) async fn steal(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<Steal>, JsonRejection>,
) -> Answer<Said> {
    let Json(Steal { environment, service, key, reason }) = body.map_err(|error| Failure::usage(error.body_text()))?;
    let target = Target { environment, service };
    let environments = touched(&shared, &target).await?;
    caller.may(Verb::Steal, &environments)?;
    caller.gives_reason(Verb::Steal, &environments, Some(&reason))?;
    let failed = |error: engine::SignalError| Failure::new(Code::of_exit(error.exit_code()), error.to_string());
    let message = shared.engine.steal(target, caller.actor, Some(reason), key).await.map_err(failed)?;
    Ok(Json(Said { message }))
}

/// The environments of the target and of the run that loses its lock: that run ends everywhere.
async fn touched(shared: &Shared, target: &Target) -> Result<Environments, Failure> {
    let held = source::locks(&shared.engine).await?;
    let holder =
        held.iter().find(|held| held.lock.environment == target.environment && held.lock.service == target.service);
    let mut touched = Environments::from([target.environment.clone()]);
    if let Some(holder) = holder {
        touched.extend(shared.environments(&holder.lock.run).await?.iter().cloned());
    }
    Ok(touched)
}
