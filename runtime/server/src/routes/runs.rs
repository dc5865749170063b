//! `GET /v1/runs`: runs, newest first.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};

use super::{Answer, page};
use crate::Failure;
use crate::protocol::{RunLine, RunsQuery};
use crate::service::Shared;

pub(super) async fn runs(
    State(shared): State<Shared>,
    query: Result<Query<RunsQuery>, QueryRejection>,
) -> Answer<Vec<RunLine>> {
    let Query(query) = query.map_err(|error| Failure::usage(error.body_text()))?;
    Ok(Json(shared.engine.runs(query.unended, page(query.limit)).await?))
}
