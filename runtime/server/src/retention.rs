//! Forgetting old runs.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use machine::ports::store::{Prune, Pruned, Store};

use crate::Failure;
use crate::protocol::Forget;

/// Runs that one transaction removes at most: appends of runs under way wait for it.
const BATCH: u32 = 100;

/// In batches, so that nobody waits for long.
pub(crate) async fn prune(store: &Arc<dyn Store>, actor: String, ask: &Forget) -> Result<Pruned, Failure> {
    let mut all = Pruned::default();
    let limit = if ask.dry_run { u32::MAX } else { BATCH };
    loop {
        let one = Prune {
            epoch: store.epoch(),
            ended_before_ms: ask.ended_before_ms,
            limit,
            actor: actor.clone(),
            at_ms: now_ms(),
            dry_run: ask.dry_run,
            key: ask.key.clone(),
        };
        let pruned = store.prune(one).await?;
        let last = (pruned.runs.len() as u64) < u64::from(limit);
        all.records += pruned.records;
        all.runs.extend(pruned.runs);
        all.kept = pruned.kept;
        if last {
            return Ok(all);
        }
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
