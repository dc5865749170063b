//! One connection to a backend.
//!
//! The usual way is a task for each such connection; every request then crosses between two tasks, twice. Here the
//! task of the client drives the backend's connection itself, while it waits for the response and while it streams the
//! body. An idle connection is driven by nobody: whether the backend closed it is seen when it is taken.

use std::future::poll_fn;
use std::io;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::limits::{HEAD_BYTES_MAX, RESPONSE_BODY_SILENCE, RESPONSE_HEAD, STREAM_BUFFER_BYTES};
use crate::upload::{Upload, UploadWatch};

/// An established connection to a backend.
#[derive(Debug)]
pub(crate) struct Upstream {
    sender: SendRequest<Upload>,
    /// `None` once it is over.
    connection: Option<Connection<TokioIo<TcpStream>, Upload>>,
    deadline: Deadline,
    idle_since: Instant,
}

/// How sending one request on one connection ended.
pub(crate) enum Exchange {
    Answered(Response<Incoming>),
    /// Nothing of the request was sent.
    Unsent(Request<Upload>),
    /// It may have been sent, and no response came.
    Lost(Loss),
}

/// Why no response came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// No backend could be connected to.
    Unreachable,
    /// The backend closed the connection or did not speak HTTP.
    Broken,
    /// No response head within its time.
    TooSlow,
    /// The client stopped sending its body.
    ClientStalled,
    /// The client broke off its body.
    ClientGone,
}

impl Upstream {
    pub(crate) async fn new(stream: TcpStream) -> io::Result<Box<Self>> {
        let mut builder = Builder::new();
        builder.max_buf_size(STREAM_BUFFER_BYTES).max_header_size(HEAD_BYTES_MAX);
        let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        let now = Instant::now();
        let deadline = Deadline::new(now + RESPONSE_HEAD);
        Ok(Box::new(Self { sender, connection: Some(connection), deadline, idle_since: now }))
    }

    pub(crate) fn idle_since(&self) -> Instant {
        self.idle_since
    }

    pub(crate) fn idle_for(&self) -> Duration {
        self.idle_since.elapsed()
    }

    /// Sends a request and waits for the response head.
    pub(crate) async fn exchange(&mut self, request: Request<Upload>) -> Exchange {
        let watch = request.body().watch();
        if !poll_fn(|cx| Poll::Ready(self.drive(cx))).await {
            return Exchange::Unsent(request);
        }
        self.deadline.set(Instant::now() + RESPONSE_HEAD);
        let mut frames = 0;
        let mut response = pin!(self.sender.try_send_request(request));
        let outcome = poll_fn(|cx| {
            drive(&mut self.connection, cx);
            if let Poll::Ready(outcome) = response.as_mut().poll(cx) {
                return Poll::Ready(Ok(outcome));
            }
            while self.deadline.passed(cx) {
                match overdue(watch.as_deref(), &mut frames) {
                    Some(loss) => return Poll::Ready(Err(loss)),
                    None => self.deadline.set(Instant::now() + RESPONSE_HEAD),
                }
            }
            Poll::Pending
        });
        match outcome.await {
            Ok(Ok(response)) => Exchange::Answered(response),
            Ok(Err(mut failure)) => match failure.take_message() {
                Some(request) => Exchange::Unsent(request),
                None if watch.is_some_and(|watch| watch.failed()) => Exchange::Lost(Loss::ClientGone),
                None => Exchange::Lost(Loss::Broken),
            },
            Err(loss) => Exchange::Lost(loss),
        }
    }

    /// Moves bytes in both directions as far as they go. False once the connection is over.
    pub(crate) fn drive(&mut self, cx: &mut Context<'_>) -> bool {
        drive(&mut self.connection, cx)
    }

    /// Whether a response body has been silent for too long; to be asked while it is pending.
    pub(crate) fn silent_too_long(&mut self, since: Instant, cx: &mut Context<'_>) -> bool {
        self.deadline.set(since + RESPONSE_BODY_SILENCE);
        self.deadline.passed(cx)
    }

    /// After a complete exchange: whether the connection can take another request.
    ///
    /// The idle connection is left with a waker that wakes nobody.
    pub(crate) fn rest(&mut self) -> bool {
        let mut nobody = Context::from_waker(Waker::noop());
        self.idle_since = Instant::now();
        self.drive(&mut nobody) && self.sender.is_ready()
    }
}

fn drive(connection: &mut Option<Connection<TokioIo<TcpStream>, Upload>>, cx: &mut Context<'_>) -> bool {
    if connection.as_mut().is_some_and(|one| Pin::new(one).poll(cx).is_ready()) {
        *connection = None;
    }
    connection.is_some()
}

/// Judges a request without response when its time is over; a body that moved since the last time gives more.
fn overdue(watch: Option<&UploadWatch>, frames: &mut u64) -> Option<Loss> {
    let Some(watch) = watch else { return Some(Loss::TooSlow) };
    if watch.frames() > *frames {
        *frames = watch.frames();
        return None;
    }
    Some(if watch.finished() { Loss::TooSlow } else { Loss::ClientStalled })
}

/// A deadline that is moved with every request but touches the runtime's timers only when it would fire.
#[derive(Debug)]
struct Deadline {
    at: Instant,
    timer: Pin<Box<Sleep>>,
}

impl Deadline {
    fn new(at: Instant) -> Self {
        Self { at, timer: Box::pin(sleep_until(at)) }
    }

    fn set(&mut self, at: Instant) {
        self.at = at;
        if at < self.timer.deadline() {
            self.timer.as_mut().reset(at);
        }
    }

    fn passed(&mut self, cx: &mut Context<'_>) -> bool {
        while self.timer.as_mut().poll(cx).is_ready() {
            if Instant::now() >= self.at {
                return true;
            }
            self.timer.as_mut().reset(self.at);
        }
        false
    }
}
