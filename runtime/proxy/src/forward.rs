//! The way of one request: a release is chosen, its backends are tried, the response is streamed back.
//!
//! A request is sent again only where that cannot do it twice: when nothing of it was sent, or when it is repeatable
//! (an idempotent method without body) and an idle connection that was taken turned out to be closed.

use std::sync::Arc;
use std::time::Instant;

use hyper::body::Incoming;
use hyper::header::HeaderValue;
use hyper::{HeaderMap, Method, Request, Response, StatusCode, Uri};

use crate::backend::Backend;
use crate::client::{Busy, Client};
use crate::counters::Class;
use crate::head::{self, Unforwardable};
use crate::limits::{BACKENDS_TRIED_MAX, IDLE_BACKEND, IDLE_UNREPEATABLE};
use crate::reply::{self, Reply, Streamed};
use crate::router::{Identity, InFlight, Release};
use crate::upload::Upload;
use crate::upstream::{Exchange, Loss, Upstream};

/// Serves one request.
pub(crate) async fn forward(client: Arc<Client>, request: Request<Incoming>) -> Response<Reply> {
    let arrived = Instant::now();
    let busy = Busy::new(client);
    let (mut parts, body) = request.into_parts();
    if let Err(cause) = head::prepare_request(&mut parts, &busy.client().forwarded_for) {
        return unforwardable(cause);
    }
    let Some(holder) = busy.client().router.admit() else {
        return reply::own(
            StatusCode::SERVICE_UNAVAILABLE,
            "no release is routed: the deployment has set no weights yet\n",
        );
    };
    let ticket = Ticket::new(Arc::clone(&holder.release.identity), arrived);
    let request = Request::from_parts(parts, Upload::new(body));
    deliver(busy, holder, ticket, request).await
}

/// Counts a request once, on the release chosen first, whatever becomes of it.
struct Ticket {
    first: Arc<Identity>,
    arrived: Instant,
    counted: bool,
}

impl Ticket {
    fn new(first: Arc<Identity>, arrived: Instant) -> Self {
        Self { first, arrived, counted: false }
    }

    fn count(&mut self, class: Class) {
        if !self.counted {
            self.counted = true;
            self.first.tallies.count(class, self.arrived.elapsed());
        }
    }
}

impl Drop for Ticket {
    /// The server drops the request's future when its client goes away.
    fn drop(&mut self) {
        if !self.counted {
            self.first.tallies.count_abandoned();
        }
    }
}

/// What trying the backends of one release came to.
enum Delivery {
    Answered(Response<Incoming>, Box<Upstream>, Arc<Backend>),
    /// No backend took it: it can go to another release.
    Untaken(Request<Upload>),
    Lost(Loss),
}

async fn deliver(
    busy: Busy,
    mut holder: InFlight,
    mut ticket: Ticket,
    mut request: Request<Upload>,
) -> Response<Reply> {
    let mut tried = Vec::new();
    let mut attempts = BACKENDS_TRIED_MAX;
    loop {
        match try_release(&holder.release, request, &mut attempts).await {
            Delivery::Answered(response, upstream, backend) => {
                count_answer(&mut ticket, &holder.release.identity, response.status());
                return answered(response, upstream, backend, holder, busy);
            }
            Delivery::Lost(loss) => {
                count_loss(&mut ticket, loss);
                return failed(loss, &ticket.first.header);
            }
            Delivery::Untaken(back) => {
                ticket.count(Class::Unanswered);
                tried.push(Arc::clone(&holder.release.identity));
                let next = if attempts == 0 { None } else { busy.client().router.admit_elsewhere(&tried) };
                let Some(next) = next else { return failed(Loss::Unreachable, &ticket.first.header) };
                (holder, request) = (next, back);
            }
        }
    }
}

fn count_answer(ticket: &mut Ticket, by: &Arc<Identity>, status: StatusCode) {
    if !Arc::ptr_eq(&ticket.first, by) {
        by.tallies.count_rescued();
    }
    ticket.count(Class::of(status));
}

fn count_loss(ticket: &mut Ticket, loss: Loss) {
    match loss {
        Loss::Unreachable | Loss::Broken | Loss::TooSlow => ticket.count(Class::Unanswered),
        // Dropping the ticket counts it as abandoned: the backend had no chance to answer.
        Loss::ClientStalled | Loss::ClientGone => {}
    }
}

async fn try_release(release: &Release, mut request: Request<Upload>, attempts: &mut usize) -> Delivery {
    for backend in release.backends_in_turn() {
        if *attempts == 0 {
            break;
        }
        *attempts -= 1;
        request = match try_backend(backend, request).await {
            Delivery::Untaken(request) => request,
            done @ (Delivery::Answered(..) | Delivery::Lost(_)) => return done,
        };
    }
    Delivery::Untaken(request)
}

/// Tries an idle connection, then a new one.
async fn try_backend(backend: &Arc<Backend>, mut request: Request<Upload>) -> Delivery {
    let repeatable = matches!(request.body(), Upload::Empty) && head::repeatable(request.method());
    let age = if repeatable { IDLE_BACKEND } else { IDLE_UNREPEATABLE };
    while let Some(mut upstream) = backend.take(age) {
        let copy = repeatable.then(|| Copy::of(&request));
        request = match upstream.exchange(request).await {
            Exchange::Answered(response) => return Delivery::Answered(response, upstream, Arc::clone(backend)),
            Exchange::Unsent(request) => request,
            Exchange::Lost(loss) => match copy {
                Some(copy) if loss == Loss::Broken => {
                    request = copy.request();
                    break;
                }
                _ => return Delivery::Lost(loss),
            },
        };
    }
    let Ok(mut upstream) = backend.connect().await else { return Delivery::Untaken(request) };
    match upstream.exchange(request).await {
        Exchange::Answered(response) => Delivery::Answered(response, upstream, Arc::clone(backend)),
        Exchange::Unsent(request) => Delivery::Untaken(request),
        Exchange::Lost(loss) => Delivery::Lost(loss),
    }
}

/// The head of a repeatable request, in case the connection it is sent on turns out to be closed.
struct Copy {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
}

impl Copy {
    fn of(request: &Request<Upload>) -> Self {
        Self { method: request.method().clone(), uri: request.uri().clone(), headers: request.headers().clone() }
    }

    fn request(self) -> Request<Upload> {
        let mut request = Request::new(Upload::Empty);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        request
    }
}

fn answered(
    response: Response<Incoming>,
    upstream: Box<Upstream>,
    backend: Arc<Backend>,
    holder: InFlight,
    busy: Busy,
) -> Response<Reply> {
    let (mut head, body) = response.into_parts();
    if head.status.is_informational() {
        return failed(Loss::Broken, &holder.release.identity.header);
    }
    head::prepare_response(&mut head.headers, &holder.release.identity.header);
    head.version = hyper::Version::HTTP_11;
    Response::from_parts(head, Reply::Streamed(Streamed::new(body, upstream, backend, holder, busy)))
}

fn failed(loss: Loss, release: &HeaderValue) -> Response<Reply> {
    let (status, sentence) = match loss {
        Loss::Unreachable => (StatusCode::BAD_GATEWAY, "no backend could be reached\n"),
        Loss::Broken => (StatusCode::BAD_GATEWAY, "the backend closed the connection without a response\n"),
        Loss::TooSlow => (StatusCode::GATEWAY_TIMEOUT, "the backend gave no response within its time\n"),
        Loss::ClientStalled | Loss::ClientGone => (StatusCode::REQUEST_TIMEOUT, "the request body did not come\n"),
    };
    let mut response = reply::own(status, sentence);
    head::mark(response.headers_mut(), release);
    response
}

fn unforwardable(cause: Unforwardable) -> Response<Reply> {
    match cause {
        Unforwardable::Connect => reply::own(
            StatusCode::NOT_IMPLEMENTED,
            "CONNECT is not supported: this proxy forwards HTTP requests only\n",
        ),
        Unforwardable::Upgrade => reply::own(
            StatusCode::NOT_IMPLEMENTED,
            "protocol upgrades (WebSocket and others) are not supported: this proxy forwards HTTP requests only\n",
        ),
        Unforwardable::NoHost => reply::own(StatusCode::BAD_REQUEST, "the request names no valid host\n"),
    }
}
