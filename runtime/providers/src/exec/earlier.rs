//! The process of an earlier attempt under the same key: it may still run when the runtime that started it
//! is gone.

use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use crate::host::files;
use crate::host::identity::{self, Identity};

const FILE: &str = "process.json";

/// The note of which process carries out an action.
pub(super) struct Earlier;

impl Earlier {
    /// Notes the process.
    pub(super) fn note(folder: &Path, identity: &Identity) -> Result<(), String> {
        files::write_json(&folder.join(FILE), identity)
    }

    /// The process that still runs, in words.
    pub(super) fn running(folder: &Path) -> Option<String> {
        Self::alive(folder).map(|identity| identity::describe(identity.pid))
    }

    /// Ends what still runs.
    pub(super) async fn end(folder: &Path) -> Result<(), String> {
        let Some(identity) = Self::alive(folder) else { return Ok(()) };
        identity.signal_group(Signal::KILL);
        if identity::gone(&identity, Duration::from_secs(5)).await {
            return Ok(());
        }
        Err(format!("an earlier attempt still runs as {} and does not end", identity::describe(identity.pid)))
    }

    fn alive(folder: &Path) -> Option<Identity> {
        files::read_json::<Identity>(&folder.join(FILE)).ok().flatten().filter(Identity::alive)
    }
}
