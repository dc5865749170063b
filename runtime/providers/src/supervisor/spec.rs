//! What a supervisor is told, as a file that it can read again after any crash.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::host::files;

/// Version of the specification file and of the status file.
pub const FORMAT: u32 = 1;

/// What is kept running.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spec {
    /// Version of this file.
    pub format: u32,
    /// What it is, for messages: `shop r-0123456789ab`.
    pub name: String,
    /// Program and arguments.
    pub argv: Vec<String>,
    /// The whole environment of the child.
    pub environment: BTreeMap<String, String>,
    /// Files of handed-over secrets, whose values are scrubbed from the output; removed at the end.
    pub secrets: BTreeMap<String, PathBuf>,
    /// Folder the child starts in; `work` beside this file when none.
    pub folder: Option<PathBuf>,
    /// Address that is bound here and handed to the child as its standard input, so that connections wait in
    /// the queue while a dead child is started again.
    pub listen: Option<SocketAddr>,
    /// The port the child was told to use, if any.
    pub port: Option<u16>,
    /// Time between SIGTERM and SIGKILL, in milliseconds.
    pub stop_within_ms: u64,
}

/// Reads a specification that this version understands.
pub(crate) fn read(path: &Path) -> Result<Spec, String> {
    let value: serde_json::Value = files::read_json(path)?.ok_or_else(|| format!("{} is not there", path.display()))?;
    let found = value.get("format").and_then(serde_json::Value::as_u64).unwrap_or(0);
    if found != u64::from(FORMAT) {
        return Err(format!(
            "{} has format {found} and this program knows {FORMAT}; use the program that wrote it",
            path.display()
        ));
    }
    serde_json::from_value(value).map_err(|e| format!("{} is not a specification: {e}", path.display()))
}
