//! The socket requests come in by: bound here, or inherited so that it outlives a restart.

use std::net::{SocketAddr, TcpListener as StdListener};
use std::os::fd::{AsFd, OwnedFd};
use std::{io, mem};

use rustix::net::sockopt;
use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
use tokio::net::{TcpListener, TcpSocket};

use crate::limits::{BACKLOG, CLIENT_UNACKNOWLEDGED};
use crate::{Error, Spec};

/// Opens the listener a specification asks for.
pub(crate) fn open(spec: &Spec) -> Result<TcpListener, Error> {
    let listener = match spec.inherited_listener {
        Some(fd) => inherit(fd, spec.listen)?,
        None => bind(spec.listen)?,
    };
    tune(&listener).map_err(|source| Error::Listen { address: spec.listen, source })?;
    Ok(listener)
}

fn bind(address: SocketAddr) -> Result<TcpListener, Error> {
    let listen = || {
        let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        socket.listen(BACKLOG)
    };
    listen().map_err(|source: io::Error| match source.kind() {
        io::ErrorKind::AddrInUse => Error::AddressInUse { address },
        _ => Error::Listen { address, source },
    })
}

fn inherit(fd: i32, address: SocketAddr) -> Result<TcpListener, Error> {
    let unusable = |reason: String| Error::InheritedListener { fd, address, reason };
    let own = duplicate(fd).map_err(|source| unusable(source.to_string()))?;
    let listens = sockopt::socket_acceptconn(&own).unwrap_or(false);
    if !listens {
        return Err(unusable("it is not a listening socket".to_owned()));
    }
    let listener = StdListener::from(own);
    let bound = listener.local_addr().map_err(|source| unusable(source.to_string()))?;
    if bound != address {
        return Err(unusable(format!("it listens on {bound}")));
    }
    listener.set_nonblocking(true).map_err(|source| unusable(source.to_string()))?;
    TcpListener::from_std(listener).map_err(|source| unusable(source.to_string()))
}

/// A descriptor given by number is not proof that it is open. The kernel is asked for a duplicate, which fails
/// cleanly, instead of trusting the number.
fn duplicate(fd: i32) -> io::Result<OwnedFd> {
    if fd == 0 {
        return io::stdin().as_fd().try_clone_to_owned();
    }
    let myself = pidfd_open(getpid(), PidfdFlags::empty())?;
    Ok(pidfd_getfd(myself, fd, PidfdGetfdFlags::empty())?)
}

/// Accepted connections inherit these from their listener.
fn tune(listener: &TcpListener) -> io::Result<()> {
    let unacknowledged_ms = u32::try_from(CLIENT_UNACKNOWLEDGED.as_millis()).unwrap_or(u32::MAX);
    sockopt::set_tcp_nodelay(listener, true)?;
    sockopt::set_tcp_user_timeout(listener, unacknowledged_ms)?;
    Ok(())
}

/// The connections that can be served at once, after allowing this process as many descriptors as it may have.
pub(crate) fn connections_max() -> usize {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    let before = mem::replace(&mut limit.current, limit.maximum);
    if setrlimit(Resource::Nofile, limit).is_err() {
        limit.current = before;
    }
    let descriptors = limit.current.and_then(|count| usize::try_from(count).ok()).unwrap_or(usize::MAX);
    // Every client connection may need one to a backend; some descriptors are for everything else.
    (descriptors.saturating_sub(256) / 2).clamp(16, crate::limits::CONNECTIONS_MAX)
}
