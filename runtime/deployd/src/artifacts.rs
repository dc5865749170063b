//! Artifacts that may go: nothing that is kept mentions them, and no run has looked for them lately.

use std::time::{Duration, SystemTime};

use providers::Layout;
use providers::inspect::{self, Artifact};
use server::Failure;
use store::texts::Of;

use crate::mentions::Mentions;

/// A run looks for its artifacts before it is on record; what was looked for within this time is left alone.
const LATELY: Duration = Duration::from_secs(3_600);

/// The artifacts that only the forgotten runs have needed.
pub(crate) fn unneeded(layout: &Layout, forgotten: &[String], older_than: Duration) -> Result<Vec<Artifact>, Failure> {
    let before = SystemTime::now().checked_sub(older_than.max(LATELY)).unwrap_or(SystemTime::UNIX_EPOCH);
    let mut old = inspect::artifacts(layout).map_err(Failure::internal)?;
    old.retain(|artifact| artifact.used < before);
    // Asked after the list was made: a run that came meanwhile is heard.
    let needed = Mentions::of(&layout.state, &[Of::Running, Of::Unended, Of::Makers, Of::Kept], forgotten)?.digests;
    old.retain(|artifact| !needed.contains(&artifact.digits));
    Ok(old)
}

/// Removes artifacts, those apart that were looked for since.
pub(crate) fn forget(old: &[Artifact]) -> Result<(), Failure> {
    old.iter().try_for_each(inspect::forget).map_err(Failure::internal)
}
