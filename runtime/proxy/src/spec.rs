//! What a proxy process is told at its start: one small versioned JSON file.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::Error;

/// The version of the specification format written and read here.
pub const FORMAT: u32 = 1;

/// The specification of one proxy process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spec {
    /// The format version, [`FORMAT`].
    pub format: u32,
    /// A name for logs and metrics.
    pub name: String,
    /// Where requests are accepted, for example `127.0.0.1:8080`.
    pub listen: SocketAddr,
    /// Path of the control socket, created with mode 0600. At most about 100 bytes long (a limit of the kernel).
    pub control: PathBuf,
    /// Path of the state file, created with mode 0600; `<state>.lock` beside it is held while the proxy runs.
    pub state: PathBuf,
    /// Number of an inherited file descriptor that already listens on `listen`, so that no connection is refused
    /// while the proxy is restarted. 0 (standard input) always works; others need `pidfd_getfd` (Linux 5.6).
    #[serde(default)]
    pub inherited_listener: Option<i32>,
}

impl Spec {
    /// Reads a specification from a file.
    ///
    /// # Errors
    /// The file cannot be read, is not valid JSON of this shape, or is of another format version.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read(path).map_err(|source| Error::io("read the specification", path, source))?;
        let spec: Self = serde_json::from_slice(&text)
            .map_err(|source| Error::SpecShape { path: path.to_owned(), reason: source.to_string() })?;
        spec.check()?;
        Ok(spec)
    }

    pub(crate) fn check(&self) -> Result<(), Error> {
        if self.format == FORMAT { Ok(()) } else { Err(Error::SpecFormat { found: self.format }) }
    }
}
