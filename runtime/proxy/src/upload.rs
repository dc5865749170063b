//! A request body on its way to a backend, watched so that a slow client is not mistaken for a slow backend.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

/// The body of a forwarded request.
#[derive(Debug)]
pub(crate) enum Upload {
    Empty,
    Streamed { body: Incoming, watch: Arc<UploadWatch> },
}

/// How far a streamed request body has come.
#[derive(Debug, Default)]
pub(crate) struct UploadWatch {
    frames: AtomicU64,
    finished: AtomicBool,
    failed: AtomicBool,
}

impl UploadWatch {
    pub(crate) fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }

    pub(crate) fn finished(&self) -> bool {
        self.finished.load(Ordering::Relaxed)
    }

    /// Whether the client broke off its body.
    pub(crate) fn failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }
}

impl Upload {
    pub(crate) fn new(body: Incoming) -> Self {
        if body.is_end_stream() { Self::Empty } else { Self::Streamed { body, watch: Arc::default() } }
    }

    pub(crate) fn watch(&self) -> Option<Arc<UploadWatch>> {
        match self {
            Self::Empty => None,
            Self::Streamed { watch, .. } => Some(Arc::clone(watch)),
        }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Streamed { body, watch } => {
                let polled = Pin::new(&mut *body).poll_frame(cx);
                match &polled {
                    Poll::Pending => {}
                    Poll::Ready(Some(Ok(_))) => {
                        watch.frames.fetch_add(1, Ordering::Relaxed);
                        watch.finished.store(body.is_end_stream(), Ordering::Relaxed);
                    }
                    Poll::Ready(Some(Err(_))) => watch.failed.store(true, Ordering::Relaxed),
                    Poll::Ready(None) => watch.finished.store(true, Ordering::Relaxed),
                }
                polled
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Streamed { body, .. } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Streamed { body, .. } => body.size_hint(),
        }
    }
}
