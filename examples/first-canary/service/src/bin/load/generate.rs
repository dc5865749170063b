//! Sending requests when they are due.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::HOST;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::select;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until, timeout};

use crate::log::{Log, Tally, WINDOW};
use crate::summary;
use crate::target::Target;

/// A user waits no longer.
const ANSWER: Duration = Duration::from_secs(10);

struct Stream {
    target: Target,
    begun: Instant,
    period: Duration,
    time: Option<Duration>,
    next: AtomicU64,
    tally: Mutex<Tally>,
}

/// Sends requests until the time is over or a signal comes, and writes the log.
pub(crate) fn run(
    target: Target,
    rate: u32,
    connections: u32,
    time: Option<Duration>,
    log: &Path,
) -> Result<(), String> {
    let log = Log::create(log).map_err(|cause| format!("cannot write {}: {cause}", log.display()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|cause| format!("cannot start the event loop: {cause}"))?;
    let period = Duration::from_secs(1) / rate;
    let total = runtime.block_on(async {
        let (next, tally) = (AtomicU64::new(0), Mutex::default());
        let stream = Stream { target, begun: Instant::now(), period, time, next, tally };
        generate(Arc::new(stream), connections, log).await
    });
    println!("{}", summary::render(&total.map_err(|cause| cause.to_string())?));
    Ok(())
}

async fn generate(stream: Arc<Stream>, connections: u32, log: Log) -> std::io::Result<Tally> {
    let (stop, told) = watch::channel(false);
    let mut workers = JoinSet::new();
    for _ in 0..connections {
        workers.spawn(work(Arc::clone(&stream), told.clone()));
    }
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let logging = write(Arc::clone(&stream), log, told);
    let ending = async {
        select! {
            () = async { while workers.join_next().await.is_some() {} } => {}
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        // Workers finish the request they are at; those that were due meanwhile are not sent.
        stream.next.store(u64::MAX / 2, Ordering::Relaxed);
        let _ = stop.send(true);
        while workers.join_next().await.is_some() {}
        drop(stop);
    };
    tokio::join!(ending, logging).1
}

/// Writes a line for each window; the last when all workers are done.
async fn write(stream: Arc<Stream>, mut log: Log, mut over: watch::Receiver<bool>) -> std::io::Result<Tally> {
    let mut tick = interval(WINDOW);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    tick.tick().await;
    loop {
        select! {
            biased;
            // The sender is dropped after the last worker.
            () = async { while over.changed().await.is_ok() {} } => break,
            _ = tick.tick() => log.window(std::mem::take(&mut *stream.tally()))?,
        }
    }
    log.window(std::mem::take(&mut *stream.tally()))?;
    log.finish()
}

type Sender = SendRequest<Empty<Bytes>>;

/// One connection: takes the next request when it is free, and sends it when it is due.
async fn work(stream: Arc<Stream>, mut stop: watch::Receiver<bool>) {
    let mut connection = None;
    while let Some(due) = stream.due() {
        select! {
            biased;
            _ = stop.wait_for(|stopping| *stopping) => return,
            () = sleep_until(due) => {}
        }
        stream.tally().late(due.elapsed());
        match timeout(ANSWER, stream.ask(&mut connection)).await {
            Ok(Some(response)) => stream.answered(&response, due),
            Ok(None) | Err(_) => {
                connection = None;
                stream.tally().unanswered += 1;
            }
        }
    }
}

impl Stream {
    /// When the next request nobody has taken yet is due; none when the time is over.
    fn due(&self) -> Option<Instant> {
        let number = u32::try_from(self.next.fetch_add(1, Ordering::Relaxed)).ok()?;
        let after = self.period.checked_mul(number)?;
        if self.time.is_some_and(|time| after >= time) { None } else { Some(self.begun + after) }
    }

    /// Asks once, over the connection there is or a new one.
    ///
    /// An idle connection that was closed meanwhile is replaced, as every client does, if nothing was sent on it.
    async fn ask(&self, connection: &mut Option<Sender>) -> Option<Response<()>> {
        let mut request = self.request()?;
        if let Some(sender) = connection {
            match sender.try_send_request(request).await {
                Ok(response) => return whole(response).await,
                Err(mut failure) => request = failure.take_message()?,
            }
        }
        let stream = TcpStream::connect(&self.target.address).await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (mut sender, driver) = handshake(TokioIo::new(stream)).await.ok()?;
        tokio::spawn(driver);
        let response = sender.send_request(request).await.ok()?;
        *connection = Some(sender);
        whole(response).await
    }

    fn request(&self) -> Option<Request<Empty<Bytes>>> {
        let request = Request::get(self.target.path.clone()).header(HOST, &self.target.host);
        request.body(Empty::new()).ok()
    }

    fn answered(&self, response: &Response<()>, due: Instant) {
        let release = response.headers().get("x-release").and_then(|value| value.to_str().ok()).unwrap_or("-");
        self.tally().answered(release, response.status().as_u16(), due.elapsed());
    }

    fn tally(&self) -> MutexGuard<'_, Tally> {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer counts when its body is there too.
async fn whole(response: Response<hyper::body::Incoming>) -> Option<Response<()>> {
    let (head, mut body) = response.into_parts();
    while let Some(frame) = body.frame().await {
        frame.ok()?;
    }
    Some(Response::from_parts(head, ()))
}
