//! Forgetting old runs: through the runtime that holds the state, or in a directory that none holds.

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use machine::ports::store::{Prune, Pruned, Store};

use crate::client::Client;
use crate::protocol::Forget;
use crate::{Code, Failure, host, peer};

/// Runs that one transaction removes at most: appends of runs under way wait for it.
const BATCH: u32 = 100;

/// Forgets what is asked for, in the runtime that listens or, where none does, in the directory, which is held for
/// that long.
///
/// # Errors
/// When the caller is not the owner, or the state cannot be changed.
pub async fn forget(state: &Path, ask: &Forget) -> Result<Pruned, Failure> {
    match Client::connect(state).await {
        Ok(client) => client.forget(ask).await,
        Err(failure) if failure.code == Code::Unreachable => {
            let store = host::open(state.to_owned()).await?;
            let actor = peer::name(uzers::get_effective_uid());
            prune(&store, actor, ask).await
        }
        Err(failure) => Err(failure),
    }
}

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
        };
        let pruned = store.prune(one).await?;
        let last = (pruned.runs.len() as u64) < u64::from(limit);
        all.records += pruned.records;
        all.runs.extend(pruned.runs);
        if last {
            return Ok(all);
        }
    }
}

fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
