//! The small process that keeps one child running while the runtime is dead, and keeps its output.
//!
//! It shares nothing with the runtime but a folder: `spec.json` says what runs, `status.json` what happened,
//! `output.log` holds what the child wrote, `lock` is held while a supervisor lives. When a supervisor itself
//! was killed, its child keeps serving and the next supervisor of the same folder adopts it.

mod child;
mod keep;
pub(crate) mod launch;
pub(crate) mod output;
mod spec;
mod status;
pub(crate) mod strays;

use std::path::Path;

pub use crate::host::identity::Identity;
pub use spec::{FORMAT, Spec};
pub use status::{Status, read as read_status};

use crate::host::files;
use crate::host::lock::try_lock;

/// Exit status of a supervisor that did its work, or found that another one does.
pub const EXIT_DONE: u8 = 0;
/// Exit status of a supervisor that could not begin; its standard error says why.
pub const EXIT_BROKEN: u8 = 70;

/// Names of the files in a supervised folder.
pub(crate) const SPEC: &str = "spec.json";
pub(crate) const STATUS: &str = "status.json";
pub(crate) const OUTPUT: &str = "output.log";
pub(crate) const OWN_LOG: &str = "supervisor.log";
const PIPE: &str = "output.pipe";
const LOCK: &str = "lock";
const WORK: &str = "work";
/// The folder of handed-over secrets.
pub(crate) const SECRETS: &str = "secrets";

/// Supervises what a specification file says until SIGTERM, and returns the exit status. The hidden
/// subcommand `internal supervise --spec FILE` is this call; it must not be made inside an async runtime.
pub fn run(spec_file: &Path) -> u8 {
    crate::memory::keep_private();
    match supervise(spec_file) {
        Ok(()) => EXIT_DONE,
        Err(message) => {
            eprintln!("{message}");
            EXIT_BROKEN
        }
    }
}

fn supervise(spec_file: &Path) -> Result<(), String> {
    let spec = spec::read(spec_file)?;
    let folder = spec_file.parent().ok_or_else(|| format!("{} has no folder", spec_file.display()))?;
    let Some(_lock) = try_lock(&folder.join(LOCK))? else {
        return Ok(());
    };
    // Refused when this process leads a group already: then it is apart from the runtime's anyway.
    let _ = rustix::process::setsid();
    strays::adopt();
    files::private_dir(&folder.join(WORK))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|e| format!("cannot start the supervisor: {e}"))?;
    runtime.block_on(keep::keep(folder, &spec))
}
