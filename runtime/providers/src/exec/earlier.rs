//! What an earlier attempt at the same step left behind: it may still run when the runtime that started it is gone.

use std::path::Path;
use std::time::Duration;

use rustix::process::Signal;

use super::mark::Mark;
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

    /// Ends what still runs.
    pub(super) async fn end(folder: &Path) -> Result<(), String> {
        let mark = Mark::of(folder);
        if let Some(leader) = Self::alive(folder) {
            leader.signal_group(Signal::KILL);
            if !identity::gone(&leader, Duration::from_secs(5)).await {
                return Err(stubborn(&leader));
            }
        }
        let ended = tokio::task::spawn_blocking(move || mark.end()).await;
        ended.map_err(|e| format!("an earlier attempt could not be looked for: {e}"))?.map_err(|left| stubborn(&left))
    }

    fn alive(folder: &Path) -> Option<Identity> {
        files::read_json::<Identity>(&folder.join(FILE)).ok().flatten().filter(Identity::alive)
    }
}

fn stubborn(process: &Identity) -> String {
    format!("an earlier attempt still runs as {} and does not end", identity::describe(process.pid))
}
