//! Starts a supervisor so that it outlives whoever starts it, and waits until it reports.

use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;
use tokio::time::Instant;

use super::output::tail;
use super::status::{self, Status};
use super::{OWN_LOG, SPEC, Spec};
use crate::host::files;

/// Longest time until a supervisor has written its first status.
const REPORT_WITHIN: Duration = Duration::from_secs(20);
/// Variables that reach a supervisor and its child from the runtime's own environment.
pub(crate) const INHERITED: [&str; 3] = ["PATH", "HOME", "LANG"];

/// Writes the specification and starts a supervisor on it.
pub(crate) async fn launch(program: &Path, folder: &Path, spec: &Spec) -> Result<Status, String> {
    files::private_dir(folder)?;
    files::write_json(&folder.join(SPEC), spec)?;
    relaunch(program, folder).await
}

/// Starts a supervisor on a specification that is there already; its living child is adopted.
pub(crate) async fn relaunch(program: &Path, folder: &Path) -> Result<Status, String> {
    let own_log = folder.join(OWN_LOG);
    let log = File::options()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(&own_log)
        .map_err(|e| format!("cannot open {}: {e}", own_log.display()))?;
    let twin = log.try_clone().map_err(|e| format!("cannot open {}: {e}", own_log.display()))?;
    let mut supervisor = Command::new(program)
        .args(["internal", "supervise", "--spec"])
        .arg(folder.join(SPEC))
        .env_clear()
        .envs(inherited())
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(twin)
        .spawn()
        .map_err(|e| format!("cannot start {}: {e}", program.display()))?;
    let end = Instant::now() + REPORT_WITHIN;
    // Dropped at the end without being killed: it outlives this process, and the async runtime reaps it should
    // it end earlier.
    loop {
        let status = status::read(folder)?;
        if let Some(status) = status.filter(Status::supervised) {
            return Ok(status);
        }
        if let Ok(Some(exit)) = supervisor.try_wait() {
            return Err(format!("the supervisor ended ({exit}): {}", tail(&own_log, 3)));
        }
        if Instant::now() >= end {
            return Err(format!("the supervisor did not report within {} s", REPORT_WITHIN.as_secs()));
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The runtime's own values of the inherited variables.
pub(crate) fn inherited() -> impl Iterator<Item = (String, String)> {
    INHERITED.iter().filter_map(|name| std::env::var(name).ok().map(|value| ((*name).to_owned(), value)))
}
