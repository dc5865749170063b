//! How the last run on a place ended: after an unsafe end nobody knows what is right, so a person decides.

use machine::ports::store::{RunLine, Running, StoreError, Target};
use machine::view::RunStatus;

use super::target;
use crate::take_up::of_one_run;
use crate::{Inner, submit, take_up};

/// Runs that are read at a time, newest first, each page twice as long as the one before.
const PAGE: u32 = 64;

/// The last run on a place, where it ended unsafe.
pub(super) async fn ended_unsafe(inner: &Inner, running: &Running) -> Result<Option<String>, StoreError> {
    let since = since(inner, running).await?;
    if !since.iter().any(is_unsafe) {
        return Ok(None);
    }
    let target = target(running);
    for line in &since {
        if line.run == running.run || concerns(inner, &line.run, &target).await? {
            return Ok(is_unsafe(line).then(|| line.run.clone()));
        }
    }
    Ok(None)
}

/// The runs from the newest to the one that made it so.
async fn since(inner: &Inner, running: &Running) -> Result<Vec<RunLine>, StoreError> {
    let mut limit = PAGE;
    loop {
        let mut lines = inner.store.runs(false, limit).await?;
        let found = lines.iter().position(|line| line.run == running.run);
        let all = lines.len() < limit as usize;
        lines.truncate(found.map_or(lines.len(), |at| at + 1));
        if found.is_some() || all {
            return Ok(lines);
        }
        limit = limit.saturating_mul(2);
    }
}

fn is_unsafe(line: &RunLine) -> bool {
    line.head.get("status").is_some_and(|status| *status == serde_json::json!(RunStatus::Unsafe))
}

/// Whether a run is about a place; one that cannot be read might be.
async fn concerns(inner: &Inner, run: &str, target: &Target) -> Result<bool, StoreError> {
    let stored = match inner.store.load(run).await {
        Ok(stored) => stored,
        Err(error) if of_one_run(&error) => return Ok(true),
        Err(error) => return Err(error),
    };
    Ok(take_up::plan(inner, &stored).map_or(true, |plan| submit::targets(&plan).contains(target)))
}
