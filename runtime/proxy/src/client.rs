//! What is known about one client connection while it lasts.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper::header::HeaderValue;

use crate::router::Router;

/// One client connection.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) router: Arc<Router>,
    /// Its address as a header value, without port.
    pub(crate) forwarded_for: HeaderValue,
    begun: AtomicU64,
    ended: AtomicU64,
}

impl Client {
    pub(crate) fn new(router: Arc<Router>, peer: SocketAddr) -> Self {
        Self { router, forwarded_for: address(peer.ip()), begun: AtomicU64::new(0), ended: AtomicU64::new(0) }
    }

    /// Requests begun so far, and whether all of them have ended.
    pub(crate) fn activity(&self) -> (u64, bool) {
        let ended = self.ended.load(Ordering::Acquire);
        let begun = self.begun.load(Ordering::Acquire);
        (begun, begun == ended)
    }
}

/// A request of this client being served, to the end of the response body.
#[derive(Debug)]
pub(crate) struct Busy {
    client: Arc<Client>,
}

impl Busy {
    pub(crate) fn new(client: Arc<Client>) -> Self {
        client.begun.fetch_add(1, Ordering::AcqRel);
        Self { client }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        self.client.ended.fetch_add(1, Ordering::AcqRel);
    }
}

fn address(ip: IpAddr) -> HeaderValue {
    HeaderValue::from_str(&ip.to_canonical().to_string()).unwrap_or_else(|_| HeaderValue::from_static("unknown"))
}
