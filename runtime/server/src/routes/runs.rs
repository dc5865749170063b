//! `GET /v1/runs`: runs, newest first.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::{Extension, Json};

use super::{Answer, page};
use crate::Failure;
use crate::people::Caller;
use crate::protocol::{PAGE_MAX, RunLine, RunsQuery};
use crate::service::Shared;

pub(super) async fn runs(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    query: Result<Query<RunsQuery>, QueryRejection>,
) -> Answer<Vec<RunLine>> {
    let Query(query) = query.map_err(|error| Failure::usage(error.body_text()))?;
    let limit = page(query.limit);
    if caller.actor.owner {
        return Ok(Json(shared.engine.runs(query.unended, limit).await?));
    }
    let mut runs = seen(&shared, &caller, shared.engine.runs(query.unended, PAGE_MAX).await?).await;
    runs.truncate(limit as usize);
    Ok(Json(runs))
}

/// Those that the caller may see. Of a run whose plan is gone nobody can tell, so that it is the owner's to see.
pub(super) async fn seen(shared: &Shared, caller: &Caller, runs: Vec<RunLine>) -> Vec<RunLine> {
    if caller.actor.owner {
        return runs;
    }
    let mut seen = Vec::new();
    for line in runs {
        if shared.environments(&line.run).await.is_ok_and(|environments| caller.sees(&environments)) {
            seen.push(line);
        }
    }
    seen
}
