//! `GET /v1/runs/{run}`: a run as it is now.

use axum::Json;
use axum::extract::{Path, State};
use machine::view::RunView;

use super::Answer;
use crate::service::Shared;

pub(super) async fn view(State(shared): State<Shared>, Path(run): Path<String>) -> Answer<RunView> {
    Ok(Json(shared.engine.view(&run).await?))
}
