//! The response body given to the client: a backend's, streamed, or a sentence of the proxy's own.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use tokio::time::Instant;

use crate::backend::Backend;
use crate::client::Busy;
use crate::router::InFlight;
use crate::upstream::Upstream;

/// A response body.
#[derive(Debug)]
pub(crate) enum Reply {
    Own(Option<Bytes>),
    Streamed(Streamed),
}

/// Why a streamed body broke off.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    #[error("the backend broke off its response: {0}")]
    Backend(#[from] hyper::Error),
    #[error("the backend was silent for too long within its response")]
    Silent,
}

/// A body on its way from a backend. Drives the backend's connection and gives it back at the end.
#[derive(Debug)]
pub(crate) struct Streamed {
    incoming: Incoming,
    /// Taken when the connection was given back or given up.
    upstream: Option<Box<Upstream>>,
    backend: Arc<Backend>,
    pending_since: Option<Instant>,
    _in_flight: InFlight,
    _busy: Busy,
}

impl Streamed {
    pub(crate) fn new(
        incoming: Incoming,
        upstream: Box<Upstream>,
        backend: Arc<Backend>,
        in_flight: InFlight,
        busy: Busy,
    ) -> Self {
        Self { incoming, upstream: Some(upstream), backend, pending_since: None, _in_flight: in_flight, _busy: busy }
    }

    fn give_back(&mut self) {
        if let Some(mut upstream) = self.upstream.take()
            && upstream.rest()
        {
            self.backend.put(upstream);
        }
    }

    fn silent(&mut self, cx: &mut Context<'_>) -> bool {
        let since = *self.pending_since.get_or_insert_with(Instant::now);
        self.upstream.as_mut().is_some_and(|upstream| upstream.silent_too_long(since, cx))
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        if let Some(upstream) = &mut self.upstream {
            upstream.drive(cx);
        }
        match Pin::new(&mut self.incoming).poll_frame(cx) {
            Poll::Pending if self.silent(cx) => {
                self.upstream = None;
                Poll::Ready(Some(Err(Broken::Silent)))
            }
            Poll::Pending => Poll::Pending,
            Poll::Ready(None) => {
                self.give_back();
                Poll::Ready(None)
            }
            Poll::Ready(Some(frame)) => {
                self.pending_since = None;
                Poll::Ready(Some(frame.map_err(Broken::from)))
            }
        }
    }
}

impl Drop for Streamed {
    /// The server drops a body of known length without asking for its end. One that is not at its end is an
    /// abandoned response, and its connection of no use.
    fn drop(&mut self) {
        if self.incoming.is_end_stream() {
            self.give_back();
        }
    }
}

impl Body for Reply {
    type Data = Bytes;
    type Error = Broken;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Broken>>> {
        match self.get_mut() {
            Self::Own(text) => Poll::Ready(text.take().map(|text| Ok(Frame::data(text)))),
            Self::Streamed(streamed) => streamed.poll(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(text) => text.is_none(),
            Self::Streamed(streamed) => streamed.incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(text) => SizeHint::with_exact(text.as_ref().map_or(0, |text| text.len() as u64)),
            Self::Streamed(streamed) => streamed.incoming.size_hint(),
        }
    }
}

/// A response of the proxy's own: a status and a sentence.
pub(crate) fn own(status: StatusCode, sentence: &'static str) -> Response<Reply> {
    let mut response = Response::new(Reply::Own(Some(Bytes::from_static(sentence.as_bytes()))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
