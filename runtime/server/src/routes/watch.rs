//! `GET /v1/runs/{run}/watch`: a run as it changes, one JSON line per change; the last line is of the ended run.
//! Empty lines say that the stream is alive.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use machine::view::RunView;
use tokio::sync::watch;

use super::Named;
use crate::Failure;
use crate::people::Caller;
use crate::protocol::HEARTBEAT_S;
use crate::roles::Environments;
use crate::service::Shared;

pub(super) async fn watch(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    Named(run): Named,
) -> Result<Response, Failure> {
    let mut views = shared.engine.watch(&run).await?;
    views.mark_changed();
    let environments = if caller.actor.owner { Arc::default() } else { shared.environments(&run).await? };
    let stopping = shared.stopping.clone();
    let state = Stream { views, stopping, ended: false, shared, caller, environments };
    let lines = stream::unfold(state, |mut state| async move { state.line().await.map(|line| (line, state)) });
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}

struct Stream {
    views: watch::Receiver<RunView>,
    stopping: watch::Receiver<bool>,
    ended: bool,
    shared: Shared,
    caller: Caller,
    environments: Arc<Environments>,
}

enum Next {
    View,
    Heartbeat,
    End,
}

impl Stream {
    async fn line(&mut self) -> Option<Result<Bytes, Infallible>> {
        if self.ended {
            return None;
        }
        match self.next().await {
            _ if !self.still_seen() => None,
            Next::View => Some(self.view()),
            Next::Heartbeat => Some(Ok(Bytes::from_static(b"\n"))),
            Next::End => None,
        }
    }

    /// A stream is open for long: who may no longer see the run sees nothing more of it.
    fn still_seen(&self) -> bool {
        self.caller.actor.owner || self.shared.people.again(&self.caller).sees(&self.environments)
    }

    async fn next(&mut self) -> Next {
        let stopped = async { drop(self.stopping.wait_for(|stopping| *stopping).await) };
        tokio::select! {
            changed = self.views.changed() => changed.map_or(Next::End, |()| Next::View),
            () = stopped => Next::End,
            () = tokio::time::sleep(Duration::from_secs(HEARTBEAT_S)) => Next::Heartbeat,
        }
    }

    fn view(&mut self) -> Result<Bytes, Infallible> {
        let view = self.views.borrow_and_update();
        self.ended = view.status.ended();
        // A view holds texts, numbers and lists only: nothing that JSON cannot say.
        let mut line = serde_json::to_vec(&*view).unwrap_or_default();
        line.push(b'\n');
        Ok(line.into())
    }
}
