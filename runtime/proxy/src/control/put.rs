//! `PUT /v1/routes`: durable first, then in force, each key once, no epoch or sequence backwards.

use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::{Response, StatusCode};
use tokio::task::spawn_blocking;

use super::{Control, Kept, answer, check};
use crate::limits::CONTROL_BODY_BYTES_MAX;
use crate::protocol::PutRoutes;
use crate::state::State;

pub(super) async fn routes(control: Arc<Control>, body: Incoming) -> Response<Full<Bytes>> {
    let body = match Limited::new(body, CONTROL_BODY_BYTES_MAX).collect().await {
        Ok(body) => body.to_bytes(),
        Err(cause) => {
            let reason =
                format!("the body could not be read (at most {CONTROL_BODY_BYTES_MAX} bytes are taken): {cause}");
            return answer::refuse(StatusCode::BAD_REQUEST, reason);
        }
    };
    let offered: PutRoutes = match serde_json::from_slice(&body) {
        Ok(offered) => offered,
        Err(cause) => return answer::refuse(StatusCode::BAD_REQUEST, format!("this is not a routing table: {cause}")),
    };
    if let Err(reason) = check(&offered) {
        return answer::refuse(StatusCode::BAD_REQUEST, reason);
    }
    // In a task of its own: a client that goes away must not leave a table durable and not in force.
    match tokio::spawn(take(control, offered)).await {
        Ok(response) => response,
        Err(cause) => answer::refuse(StatusCode::INTERNAL_SERVER_ERROR, format!("the table was not applied: {cause}")),
    }
}

async fn take(control: Arc<Control>, offered: PutRoutes) -> Response<Full<Bytes>> {
    let mut kept = control.state.lock().await;
    if offered.epoch < kept.state.epoch {
        return answer::refuse_epoch(offered.epoch, kept.state.epoch);
    }
    if (offered.epoch, offered.sequence) < kept.state.place() {
        return answer::refuse_late(&offered);
    }
    if let Some(reason) = contradiction(&kept.state, &offered) {
        return answer::refuse(StatusCode::CONFLICT, reason);
    }
    let next =
        if kept.state.knows(&offered.key) { kept.state.seen(&offered) } else { kept.state.with(offered.clone()) };
    let apply = !kept.state.knows(&offered.key);
    if (apply || next.place() > kept.state.place())
        && let Err(reason) = save(&mut kept, next, apply.then(|| offered.clone())).await
    {
        return answer::refuse(StatusCode::INTERNAL_SERVER_ERROR, reason);
    }
    if apply {
        control.router.apply(&offered);
    } else {
        control.router.raise_epoch(offered.epoch);
    }
    answer::json(StatusCode::OK, &control.router.routes())
}

/// Whether the offer cannot be meant for this proxy or this moment.
fn contradiction(state: &State, offered: &PutRoutes) -> Option<String> {
    let last = state.routes.as_ref()?;
    if last.service != offered.service {
        let (here, there) = (&last.service, &offered.service);
        return Some(format!("this proxy routes the service `{here}`: `{there}` needs a proxy of its own"));
    }
    let same = last.releases == offered.releases;
    (last.key == offered.key && !same)
        .then(|| format!("the key `{}` was already used for another table: a new table needs a new key", last.key))
}

/// Makes a state durable, with the table that is new in it, if any.
async fn save(kept: &mut Kept, next: State, table: Option<PutRoutes>) -> Result<(), String> {
    let file = Arc::clone(&kept.file);
    let save = move || match table {
        Some(table) => file.accept(&next, &table).map(|()| next),
        None => file.save(&next).map(|()| next),
    };
    let saved = spawn_blocking(save).await;
    match saved {
        Ok(Ok(state)) => {
            kept.state = state;
            Ok(())
        }
        Ok(Err(cause)) => {
            Err(format!("the table was not applied, because the state file could not be written: {cause}"))
        }
        Err(cause) => Err(format!("the table was not applied: {cause}")),
    }
}
