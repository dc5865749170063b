//! `GET /v1/runs/{run}/explain`: every look at a gate.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use machine::evidence::Evidence;

use super::{Answer, Named};
use crate::protocol::GateQuery;
use crate::service::Shared;
use crate::{Failure, source};

pub(super) async fn explain(
    State(shared): State<Shared>,
    Named(run): Named,
    query: Result<Query<GateQuery>, QueryRejection>,
) -> Answer<Vec<Evidence>> {
    let Query(query) = query.map_err(|error| Failure::usage(error.body_text()))?;
    Ok(Json(source::explain(&shared.engine, &run, &query.gate).await?))
}
