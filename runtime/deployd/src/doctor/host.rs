//! The directory itself: whose it is, who may read it, how much room there is, and whether its holder answers.

use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{Access, access, statvfs};
use server::client::Client;

use super::Finding;

/// With less room than this a journal soon cannot be written, in bytes.
const ROOM_MIN: u64 = 256 << 20;

pub(super) async fn look(state: &Path, holder: Option<u32>) -> Vec<Finding> {
    let mut findings = permissions(state);
    findings.extend(room(state));
    if let Some(pid) = holder {
        findings.extend(answers(state, pid).await);
    }
    findings
}

fn permissions(state: &Path) -> Vec<Finding> {
    let mut found: Vec<Finding> = std::iter::once(state.to_owned())
        .chain(std::fs::read_dir(state).into_iter().flatten().flatten().map(|entry| entry.path()))
        .filter_map(|path| too_open(state, &path))
        .collect();
    // That there is no directory at all is a finding of its own.
    if !state.exists() {
        return found;
    }
    if let Err(error) = access(state, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK) {
        let remedy = "mount it writable, or work as its owner";
        found.push(Finding::new("permissions", format!("{} cannot be written: {error}", state.display()), remedy));
    }
    found
}

/// Others may read it, or it belongs to somebody else than the directory.
fn too_open(state: &Path, path: &Path) -> Option<Finding> {
    let (facts, directory) = (path.symlink_metadata().ok()?, state.metadata().ok()?);
    let place = path.display();
    if facts.uid() != directory.uid() {
        let what = format!("{place} belongs to uid {}, and the directory to uid {}", facts.uid(), directory.uid());
        return Some(Finding::new("permissions", what, format!("`chown {} {place}`", directory.uid())));
    }
    let kind = facts.file_type();
    let inside_is_guarded = path != state && directory.permissions().mode() & 0o077 == 0;
    if facts.permissions().mode() & 0o077 == 0 || kind.is_symlink() || (kind.is_socket() && inside_is_guarded) {
        return None;
    }
    // Inside a private directory only the names that hold what was recorded matter.
    let named = path.file_name().and_then(std::ffi::OsStr::to_str).unwrap_or_default();
    if path != state && inside_is_guarded && !named.starts_with("state.sqlite") {
        return None;
    }
    let mode = if facts.is_dir() { "700" } else { "600" };
    Some(Finding::new(
        "permissions",
        format!("others than its owner may use {place}"),
        format!("`chmod {mode} {place}`"),
    ))
}

fn room(state: &Path) -> Option<Finding> {
    let facts = statvfs(state).ok()?;
    let free = facts.f_bavail.saturating_mul(facts.f_frsize);
    (free < ROOM_MIN).then(|| {
        let what = format!("{} MiB are free on the disk of {}", free >> 20, state.display());
        Finding::new(
            "disk",
            what,
            "free some space, or `deployd prune --older-than 90d`; a journal that cannot be written stops the runtime",
        )
    })
}

/// A runtime that is starting or stopping holds the directory for a moment without listening: the client waits for it.
async fn answers(state: &Path, pid: u32) -> Option<Finding> {
    let problem = Client::connect(state).await.err()?;
    let still = store::health::holder(state) == Some(pid);
    still.then(|| {
        let remedy = format!("if it stays so, `kill -9 {pid}` is safe; then `deployd serve`");
        Finding::new("runtime", format!("process {pid} holds the directory and does not answer: {problem}"), remedy)
    })
}
