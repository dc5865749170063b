//! Serving HTTP as the release says.

use std::convert::Infallible;
use std::env;
use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::select;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{sleep, timeout};

use crate::release::{Death, Readiness, Release};
use crate::share::Dealer;
use crate::{Failure, diary, trailer};

/// Time for requests in flight after SIGTERM.
const DRAIN: Duration = Duration::from_secs(10);

/// Pause after a failed accept.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

struct Shop {
    release: Release,
    requests: AtomicU64,
    failures: Mutex<Dealer>,
}

/// Serves the release that `file` carries on `PORT`, until SIGTERM or SIGINT.
pub(crate) fn run(file: &Path) -> Result<(), Failure> {
    let release = trailer::read(file)?;
    if release.die == Some(Death::AtStart) {
        return Err(Failure::DiesAtStart);
    }
    let port = port()?;
    let failed = |cause| Failure::Io("start the event loop".to_owned(), cause);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(serve(release, port))
}

fn port() -> Result<u16, Failure> {
    let text = env::var("PORT").map_err(|_| Failure::Port("is not set".to_owned()))?;
    text.parse().map_err(|_| Failure::Port(format!("is `{text}`, which is no port")))
}

async fn serve(release: Release, port: u16) -> Result<(), Failure> {
    let failed = |what: &str| {
        let what = what.to_owned();
        move |cause| Failure::Io(what, cause)
    };
    let mut terminate = signal(SignalKind::terminate()).map_err(failed("wait for signals"))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed("wait for signals"))?;
    sleep(Duration::from_millis(release.start_delay_ms)).await;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let listener = TcpListener::bind(address).await.map_err(failed(&format!("listen on {address}")))?;
    let address = listener.local_addr().map_err(failed("learn its address"))?;
    say(&format!("shop {} serves on {address}, errors {}", release.version, release.errors));
    diary::note(&release, "serves", address.port())?;
    let failures = Mutex::new(Dealer::new(release.errors, &mut dice()));
    let shop = Arc::new(Shop { release, requests: AtomicU64::new(0), failures });
    let graceful = GracefulShutdown::new();
    loop {
        select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // A response must not wait for the acknowledgement of the one before.
                    let _ = stream.set_nodelay(true);
                    let connection = connection(TokioIo::new(stream), Arc::clone(&shop));
                    tokio::spawn(graceful.watch(connection));
                }
                Err(_) => sleep(ACCEPT_PAUSE).await,
            },
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        }
    }
    drop(listener);
    let finished = timeout(DRAIN, graceful.shutdown()).await.is_ok();
    let requests = shop.requests.load(Ordering::Relaxed);
    let how = if finished { "stopped" } else { "stopped with requests unfinished" };
    diary::note(&shop.release, "stopped", address.port())?;
    say(&format!("shop {} {how} after {requests} requests", shop.release.version));
    Ok(())
}

fn connection(
    io: TokioIo<tokio::net::TcpStream>,
    shop: Arc<Shop>,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> {
    let service = service_fn(move |request: Request<Incoming>| {
        let response = shop.answer(&request);
        async move { Ok::<_, Infallible>(response) }
    });
    Builder::new().serve_connection(io, service)
}

impl Shop {
    fn answer(&self, request: &Request<Incoming>) -> Response<Full<Bytes>> {
        if request.method() != Method::GET && request.method() != Method::HEAD {
            return text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n".to_owned());
        }
        match request.uri().path() {
            "/" => self.sell(),
            "/ready" => match self.release.ready {
                Readiness::AtOnce => text(StatusCode::OK, "ready\n".to_owned()),
                Readiness::Never => text(StatusCode::SERVICE_UNAVAILABLE, "not ready\n".to_owned()),
            },
            _ => text(StatusCode::NOT_FOUND, "only / and /ready\n".to_owned()),
        }
    }

    fn sell(&self) -> Response<Full<Bytes>> {
        let before = self.requests.fetch_add(1, Ordering::Relaxed);
        let version = &self.release.version;
        if let Some(Death::AfterRequests(count)) = self.release.die
            && before >= count
        {
            say(&format!("shop {version} dies after {count} requests"));
            std::process::exit(1);
        }
        if self.failures.lock().unwrap_or_else(PoisonError::into_inner).hits() {
            return text(StatusCode::INTERNAL_SERVER_ERROR, format!("shop {version} failed\n"));
        }
        text(StatusCode::OK, format!("shop {version}\n"))
    }
}

fn text(status: StatusCode, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response
}

fn dice() -> fastrand::Rng {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    fastrand::Rng::with_seed(since.as_secs() ^ (u64::from(since.subsec_nanos()) << 32))
}

/// A line on standard output; nobody reading it is no reason to stop serving.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}
