//! An instance's own word about when it served, for whoever wants to hold a deployment tool's word against it.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use crate::Failure;
use crate::release::Release;

/// Appends a line to the release's diary, if it keeps one, and syncs it.
pub(crate) fn note(release: &Release, event: &str, port: u16) -> Result<(), Failure> {
    let Some(diary) = &release.diary else { return Ok(()) };
    let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let line = json!({
        "at_ms": u64::try_from(at_ms).unwrap_or(u64::MAX),
        "event": event,
        "version": release.version,
        "port": port,
        "pid": std::process::id(),
    });
    append(diary, &format!("{line}\n")).map_err(|cause| Failure::Io(format!("write {}", diary.display()), cause))
}

/// One write for each line, so that several instances can share a file.
fn append(diary: &Path, line: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().append(true).create(true).open(diary)?;
    file.write_all(line.as_bytes())?;
    file.sync_all()
}
