//! `GET /v1/runs/{run}/journal`: a page of a run's records.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use machine::journal::Record;

use super::{Answer, Named, page};
use crate::Failure;
use crate::protocol::JournalQuery;
use crate::service::Shared;

pub(super) async fn journal(
    State(shared): State<Shared>,
    Named(run): Named,
    query: Result<Query<JournalQuery>, QueryRejection>,
) -> Answer<Vec<Record>> {
    let Query(query) = query.map_err(|error| Failure::usage(error.body_text()))?;
    Ok(Json(shared.engine.journal(&run, query.from, page(query.limit)).await?))
}
