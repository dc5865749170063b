//! `GET /v1/runs/{run}`: a run as it is now.

use axum::Json;
use axum::extract::State;
use machine::view::RunView;

use super::{Answer, Named};
use crate::service::Shared;

pub(super) async fn view(State(shared): State<Shared>, Named(run): Named) -> Answer<RunView> {
    Ok(Json(shared.engine.view(&run).await?))
}
