//! `POST /v1/runs`: run a plan.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::{Extension, Json};
use engine::Submission;
use machine::signal::Actor;

use super::Answer;
use crate::protocol::{Submit, Submitted};
use crate::service::Shared;
use crate::{Code, Failure};

pub(super) async fn submit(
    State(shared): State<Shared>,
    Extension(actor): Extension<Actor>,
    body: Result<Json<Submit>, JsonRejection>,
) -> Answer<Submitted> {
    let Json(Submit { plan, parameters, root, key }) = body.map_err(|error| Failure::usage(error.body_text()))?;
    if !root.is_absolute() {
        return Err(Failure::usage(format!("the root `{}` is not an absolute path", root.display())));
    }
    let submission = Submission { plan: plan.into_bytes(), parameters, root, actor, key };
    let failed = |error: engine::SubmitError| Failure::new(Code::of_exit(error.exit_code()), error.to_string());
    let run = shared.engine.submit(submission).await.map_err(failed)?;
    Ok(Json(Submitted { run }))
}
