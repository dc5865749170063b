//! `POST /v1/queue`: run a plan as soon as what it changes is free. One JSON line for each change of what is waited
//! for; the last line names the run, or says why there is none. Empty lines say that the stream is alive. Who stops
//! reading leaves the queue.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use engine::{InTheWay, SubmitError};
use futures_util::stream;
use machine::ports::BoxFuture;
use tokio::sync::watch;

use super::submit::{refused, submission};
use crate::Failure;
use crate::people::Caller;
use crate::protocol::{HEARTBEAT_S, Queued, Submit, Submitted};
use crate::service::Shared;

pub(super) async fn queue(
    State(shared): State<Shared>,
    Extension(caller): Extension<Caller>,
    body: Result<Json<Submit>, JsonRejection>,
) -> Result<Response, Failure> {
    let submission = submission(caller, body, true)?;
    let (told, waits) = watch::channel(None);
    let work = Box::pin(async move { shared.engine.submit_telling(submission, &told).await });
    let state = Stream { work, waits, done: false };
    let lines = stream::unfold(state, |mut state| async move { state.line().await.map(|line| (line, state)) });
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}

struct Stream {
    work: BoxFuture<'static, Result<String, SubmitError>>,
    waits: watch::Receiver<Option<InTheWay>>,
    done: bool,
}

impl Stream {
    async fn line(&mut self) -> Option<Result<Bytes, Infallible>> {
        if self.done {
            return None;
        }
        Some(Ok(self.next().await.map_or_else(|| Bytes::from_static(b"\n"), |queued| line(&queued))))
    }

    /// What is new; none when nothing is for a while.
    async fn next(&mut self) -> Option<Queued> {
        tokio::select! {
            done = &mut self.work => {
                self.done = true;
                Some(done.map_or_else(|error| Queued::Refused(refused(error)), |run| Queued::Begun(Submitted { run })))
            }
            Ok(()) = self.waits.changed() => self.waits.borrow_and_update().clone().map(Queued::Waits),
            () = tokio::time::sleep(Duration::from_secs(HEARTBEAT_S)) => None,
        }
    }
}

fn line(queued: &Queued) -> Bytes {
    // Texts and numbers only: nothing that JSON cannot say.
    let mut line = serde_json::to_vec(queued).unwrap_or_default();
    line.push(b'\n');
    line.into()
}
