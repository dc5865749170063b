//! The control socket: made so that nobody else can ever connect, served until the proxy stops.

use std::convert::Infallible;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{UnixListener, UnixStream};
use tokio::select;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::{Control, answer, handle};
use crate::Error;
use crate::chance;
use crate::limits::{CONTROL_BODY_BYTES_MAX, CONTROL_CONNECTIONS_MAX, CONTROL_REQUEST};

/// The socket's file, removed when the proxy no longer answers there.
#[derive(Debug)]
pub(crate) struct Socket {
    listener: UnixListener,
    path: PathBuf,
}

impl Socket {
    /// Makes the socket with mode 0600. The caller holds the state file, so what is found there is left over.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::io("open the control socket", path, source);
        let listener = bind_private(path).map_err(failed)?;
        Ok(Self { listener, path: path.to_owned() })
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Already gone is as good.
        let _ = fs::remove_file(&self.path);
    }
}

/// Binds within a folder that only this user may enter, and moves the socket to its place when its mode is set:
/// between `bind` and `chmod` it would otherwise have the mode the umask gives.
fn bind_private(path: &Path) -> io::Result<UnixListener> {
    if std::os::unix::net::UnixStream::connect(path).is_ok() {
        let taken = "another process answers there; give this one another path";
        return Err(io::Error::new(io::ErrorKind::AddrInUse, taken));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let nest = folder.join(format!(".{}", &chance::id()[..8]));
    DirBuilder::new().mode(0o700).create(&nest)?;
    let bound = bind_in(&nest.join("s"), path);
    // What is left over of a failed attempt is an empty folder.
    let _ = fs::remove_dir_all(&nest);
    bound
}

fn bind_in(inner: &Path, path: &Path) -> io::Result<UnixListener> {
    let listener = UnixListener::bind(inner)?;
    fs::set_permissions(inner, Permissions::from_mode(0o600))?;
    fs::rename(inner, path)?;
    Ok(listener)
}

/// Serves control requests until told to stop.
pub(crate) async fn serve(socket: Socket, control: Arc<Control>, mut stop: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(CONTROL_CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    loop {
        let accepted = select! {
            biased;
            _ = stop.wait_for(|stopping| *stopping) => break,
            accepted = socket.listener.accept() => accepted,
        };
        while connections.try_join_next().is_some() {}
        match (accepted, Arc::clone(&room).try_acquire_owned()) {
            (Ok((stream, _)), Ok(permit)) if same_user(&stream) => {
                let control = Arc::clone(&control);
                connections.spawn(async move {
                    connection(stream, control).await;
                    drop(permit);
                });
            }
            (Ok(_), _) => {}
            (Err(_), _) => sleep(Duration::from_millis(20)).await,
        }
    }
    connections.shutdown().await;
}

/// The mode already says so; this also holds for a descriptor that was passed on.
fn same_user(stream: &UnixStream) -> bool {
    let me = rustix::process::geteuid().as_raw();
    stream.peer_cred().is_ok_and(|peer| peer.uid() == me || peer.uid() == 0)
}

async fn connection(stream: UnixStream, control: Arc<Control>) {
    let service = service_fn(|request| {
        let control = Arc::clone(&control);
        async move {
            let answered = timeout(CONTROL_REQUEST, handle(control, request)).await;
            let late = |_| answer::refuse(hyper::StatusCode::REQUEST_TIMEOUT, "the request was not complete in time");
            Ok::<_, Infallible>(answered.unwrap_or_else(late))
        }
    });
    let mut builder = Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_secs(60)).max_buf_size(CONTROL_BODY_BYTES_MAX);
    // A broken control connection is its client's to notice.
    let _ = builder.serve_connection(TokioIo::new(stream), service).await;
}
