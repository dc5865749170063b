//! The life of a proxy process: start, serve, drain, end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::select;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use crate::control::{self, Control, Socket};
use crate::router::Router;
use crate::state::StateFile;
use crate::{Error, Spec, listener, serve};

/// How often idle backend connections are looked through.
const PRUNE: Duration = Duration::from_secs(1);

/// A running proxy.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    control: JoinHandle<()>,
    data: JoinHandle<()>,
    pruning: JoinHandle<()>,
}

impl Proxy {
    /// Starts serving in the current tokio runtime (which needs its IO and time drivers): restores the last table, then
    /// listens.
    ///
    /// # Errors
    /// The specification is of another version; the address, the control socket or the state file cannot be used.
    pub async fn start(spec: Spec) -> Result<Self, Error> {
        spec.check()?;
        let (file, state) = StateFile::open(&spec.state)?;
        let router = Arc::new(Router::new());
        if let Some(routes) = &state.routes {
            router.apply(routes);
        }
        router.raise_epoch(state.epoch);
        let listener = listener::open(&spec)?;
        let address = listener.local_addr().map_err(|source| Error::Listen { address: spec.listen, source })?;
        let socket = Socket::open(&spec.control)?;
        let control = Arc::new(Control::new(Arc::clone(&router), spec.name, address, file, state));
        let (stop, told) = watch::channel(false);
        Ok(Self {
            address,
            control: tokio::spawn(control::serve(socket, control, told.clone())),
            data: tokio::spawn(serve::serve(
                listener,
                spec.inherited_listener.is_some(),
                Arc::clone(&router),
                told.clone(),
            )),
            pruning: tokio::spawn(prune(router, told)),
            stop,
        })
    }

    /// Where requests are accepted (the port chosen by the system when the specification asked for port 0).
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops accepting, gives up control socket and state file, and lets requests in flight finish within
    /// [`limits::DRAIN`](crate::limits::DRAIN).
    pub async fn stop(self) {
        // Nobody listening any more means that everything has stopped already.
        let _ = self.stop.send(true);
        for task in [self.control, self.data, self.pruning] {
            let _ = task.await;
        }
    }
}

/// Runs a proxy until SIGTERM or SIGINT, then drains it.
///
/// # Errors
/// As [`Proxy::start`]; also when the process cannot wait for signals.
pub async fn run(spec: Spec) -> Result<(), Error> {
    let failed = |source| Error::Signals { source };
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let proxy = Proxy::start(spec).await?;
    select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    proxy.stop().await;
    Ok(())
}

async fn prune(router: Arc<Router>, mut stop: watch::Receiver<bool>) {
    let mut tick = interval(PRUNE);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        select! {
            _ = stop.wait_for(|stopping| *stopping) => return,
            _ = tick.tick() => router.prune(),
        }
    }
}
