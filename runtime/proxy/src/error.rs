//! Why a proxy could not start or keep running, said with the place and the remedy.

use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A reason for the proxy not to run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The specification is of another version.
    #[error(
        "the proxy's specification has format {found}, this program reads format {known}: start both from the same version",
        known = crate::spec::FORMAT
    )]
    SpecFormat {
        /// The format found.
        found: u32,
    },
    /// The specification is not of the expected shape.
    #[error("the proxy's specification {path} cannot be understood: {reason}", path = path.display())]
    SpecShape {
        /// The file.
        path: PathBuf,
        /// Position and cause.
        reason: String,
    },
    /// Somebody else listens on the data address.
    #[error(
        "{address} is already in use by another process: `ss -ltnp 'sport = :{port}'` shows which; stop it or choose another address",
        port = address.port()
    )]
    AddressInUse {
        /// The address asked for.
        address: SocketAddr,
    },
    /// The data address cannot be listened on.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// The address asked for.
        address: SocketAddr,
        /// The system's words.
        source: io::Error,
    },
    /// The inherited descriptor is of no use.
    #[error("the inherited listener, descriptor {fd}, cannot be used for {address}: {reason}")]
    InheritedListener {
        /// Descriptor number.
        fd: i32,
        /// The address it should listen on.
        address: SocketAddr,
        /// What is wrong with it.
        reason: String,
    },
    /// Another proxy works with the same state file.
    #[error(
        "another proxy holds {path}: `fuser {path}` shows its process; stop that one or give this one a state file of its own",
        path = path.display()
    )]
    StateHeld {
        /// The lock file.
        path: PathBuf,
    },
    /// The state file is damaged or of a later version.
    #[error(
        "the state file {path} cannot be used: {reason}; restore it, or remove it and set the routes again",
        path = path.display()
    )]
    State {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A file or socket could not be handled.
    #[error("cannot {action} {path}: {source}", path = path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The process could not ask for its signals.
    #[error("cannot wait for signals: {source}")]
    Signals {
        /// The system's words.
        source: io::Error,
    },
}

impl Error {
    pub(crate) fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }
}
