//! One backend address and its idle keep-alive connections.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::limits::{CONNECT, IDLE_BACKEND, IDLE_PER_BACKEND};
use crate::upstream::Upstream;

/// A backend of one or more releases.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) address: SocketAddr,
    pool: Mutex<Pool>,
}

/// The connection used last is taken first, so that those in surplus grow old and are closed.
#[derive(Debug, Default)]
struct Pool {
    idle: VecDeque<Box<Upstream>>,
    /// Set when the backend left the table: connections are then closed instead of kept.
    retired: bool,
}

impl Backend {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, pool: Mutex::default() }
    }

    /// Takes an idle connection that was in use within `age`.
    pub(crate) fn take(&self, age: Duration) -> Option<Box<Upstream>> {
        let upstream = self.pool().idle.pop_back()?;
        (upstream.idle_for() < age).then_some(upstream)
    }

    /// Keeps a connection that is ready for its next request.
    pub(crate) fn put(&self, upstream: Box<Upstream>) {
        let mut pool = self.pool();
        if !pool.retired && pool.idle.len() < IDLE_PER_BACKEND {
            pool.idle.push_back(upstream);
        }
    }

    /// Opens a connection.
    pub(crate) async fn connect(&self) -> io::Result<Box<Upstream>> {
        let too_slow = |_| io::Error::new(io::ErrorKind::TimedOut, "no connection within its time");
        let stream = timeout(CONNECT, TcpStream::connect(self.address)).await.map_err(too_slow)??;
        stream.set_nodelay(true)?;
        Upstream::new(stream).await
    }

    /// Closes connections that have been idle for too long.
    pub(crate) fn prune(&self) {
        let now = Instant::now();
        let old = {
            let mut pool = self.pool();
            let fresh = pool.idle.iter().position(|one| now.duration_since(one.idle_since()) < IDLE_BACKEND);
            let count = fresh.unwrap_or(pool.idle.len());
            pool.idle.drain(..count).collect::<Vec<_>>()
        };
        drop(old);
    }

    /// Closes all idle connections, and others when they become idle.
    pub(crate) fn retire(&self) {
        let idle = {
            let mut pool = self.pool();
            pool.retired = true;
            std::mem::take(&mut pool.idle)
        };
        drop(idle);
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
