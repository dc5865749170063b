//! `POST /v1/runs`: run a plan.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::{Extension, Json};
use engine::Submission;
use plan::Plan;

use super::Answer;
use crate::people::Caller;
use crate::places;
use crate::protocol::{Submit, Submitted};
use crate::service::Shared;
use crate::verb::Verb;
use crate::{Code, Failure};

pub(super) async fn submit(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<Submit>, JsonRejection>,
) -> Answer<Submitted> {
    let submission = submission(caller, body, false)?;
    let run = shared.engine.submit(submission).await.map_err(refused)?;
    Ok(Json(Submitted { run }))
}

/// What the engine is asked, where the caller may ask it.
pub(super) fn submission(
    caller: Caller,
    body: Result<Json<Submit>, JsonRejection>,
    queue: bool,
) -> Result<Submission, Failure> {
    let Json(Submit { plan, parameters, root, key }) = body.map_err(|error| Failure::usage(error.body_text()))?;
    if !root.is_absolute() {
        return Err(Failure::usage(format!("the root `{}` is not an absolute path", root.display())));
    }
    may_run(&caller, &plan)?;
    Ok(Submission { plan: plan.into_bytes(), parameters, root, actor: caller.actor, key, queue })
}

pub(super) fn refused(error: engine::SubmitError) -> Failure {
    Failure::new(Code::of_exit(error.exit_code()), error.to_string())
}

/// Asked before anything else is: already the preflight reads files as the owner.
fn may_run(caller: &Caller, plan: &str) -> Result<(), Failure> {
    if caller.actor.owner {
        return Ok(());
    }
    let plan = Plan::read(plan.as_bytes()).map_err(|error| Failure::new(Code::Refused, error.to_string()))?;
    caller.may(Verb::Run, &places::environments(&plan))
}
