//! `GET /v1/status`: runs in flight, and what runs where, as far as the caller may see it.

use axum::extract::State;
use axum::{Extension, Json};

use super::{Answer, runs};
use crate::people::Caller;
use crate::protocol::Status;
use crate::service::Shared;
use crate::source;

pub(super) async fn status(State(shared): State<Shared>, Extension(caller): Extension<Caller>) -> Answer<Status> {
    let mut status = source::status(&shared.engine, &*shared.store).await?;
    status.runs = runs::seen(&shared, &caller, status.runs).await;
    status.running.retain(|running| caller.sees(&[running.environment.clone()].into()));
    status.notices = shared.people.problem().into_iter().chain(concerns(&shared, &caller)).collect();
    Ok(Json(status))
}

fn concerns(shared: &Shared, caller: &Caller) -> Vec<String> {
    let concerns = shared.engine.concerns().borrow().clone();
    let seen = |environment: &String| caller.sees(&[environment.clone()].into());
    let told = concerns.into_values().filter(|concern| concern.environment.as_ref().is_none_or(seen));
    told.map(|concern| concern.words).collect()
}
