//! Accepting client connections, serving them, and letting them finish.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::client::Client;
use crate::forward::forward;
use crate::limits::{CLIENT_IDLE, DRAIN, HEAD_BYTES_MAX, STREAM_BUFFER_BYTES};
use crate::router::Router;

/// Pause after a failed accept (out of descriptors, as a rule), so that it is not tried in a busy loop.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// Serves until told to stop, then lets requests in flight finish.
pub(crate) async fn serve(
    listener: TcpListener,
    inherited: bool,
    router: Arc<Router>,
    mut stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(crate::listener::connections_max()));
    let mut connections = JoinSet::new();
    let told = stop.clone();
    loop {
        let accepted = select! {
            biased;
            _ = stop.wait_for(|stopping| *stopping) => break,
            accepted = accept(&listener, &room) => accepted,
        };
        while connections.try_join_next().is_some() {}
        let Some((stream, peer, permit)) = accepted else { continue };
        connections.spawn(connection(stream, Client::new(Arc::clone(&router), peer), told.clone(), permit));
    }
    if !inherited {
        // These were accepted by the kernel in our name; with an inherited listener the next process takes them.
        while let Ok(Ok((stream, peer))) = timeout(Duration::ZERO, listener.accept()).await {
            let Ok(permit) = Arc::clone(&room).try_acquire_owned() else { break };
            connections.spawn(connection(stream, Client::new(Arc::clone(&router), peer), told.clone(), permit));
        }
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    if timeout(DRAIN, finished).await.is_err() {
        connections.shutdown().await;
    }
}

async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, permit)),
        Err(_) => {
            sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

/// Serves one client connection to its end. Errors on it are the client's to see, as a closed connection.
async fn connection(stream: TcpStream, client: Client, mut stop: watch::Receiver<bool>, _permit: OwnedSemaphorePermit) {
    let client = Arc::new(client);
    let service = service_fn(|request| {
        let client = Arc::clone(&client);
        async move { Ok::<_, Infallible>(forward(client, request).await) }
    });
    let mut builder = Builder::new();
    builder.max_buf_size(STREAM_BUFFER_BYTES).max_header_size(HEAD_BYTES_MAX);
    let mut http = pin!(builder.serve_connection(TokioIo::new(stream), service));
    // One timer for many requests: a timer for each head would cost more than the rest of the accounting.
    let mut quiet = pin!(sleep(CLIENT_IDLE));
    let mut begun_before = 0;
    let mut stopping = false;
    loop {
        select! {
            biased;
            _ = http.as_mut() => return,
            _ = stop.wait_for(|stopping| *stopping), if !stopping => {
                stopping = true;
                http.as_mut().graceful_shutdown();
            }
            () = quiet.as_mut() => {
                let (begun, idle) = client.activity();
                if idle && begun == begun_before {
                    return;
                }
                begun_before = begun;
                quiet.as_mut().reset(Instant::now() + CLIENT_IDLE);
            }
        }
    }
}
