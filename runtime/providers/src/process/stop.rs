//! `Stop`: drain, end and clear away what is beyond the number that stays.

use std::time::Duration;

use futures_util::future::join_all;

use super::instance::{Instance, list};
use super::{Failure, Subject, ready, retryable};

/// Ends instances until `keep` are left: first those that are not ready, then the youngest.
pub(super) async fn stop(subject: &Subject, keep: u32) -> Result<(), Failure> {
    let mut ranked = Vec::new();
    for instance in list(&subject.folder).map_err(retryable)? {
        ranked.push((is_ready(subject, &instance).await, instance));
    }
    ranked.sort_by_key(|(ready, instance)| (!ready, instance.number));
    let surplus = ranked.split_off(ranked.len().min(keep as usize));
    // An instance that was not ready has no requests to finish.
    if surplus.iter().any(|(ready, _)| *ready) {
        tokio::time::sleep(Duration::from_millis(subject.config.drain)).await;
    }
    let ends = join_all(surplus.iter().map(|(_, instance)| instance.end(subject))).await;
    ends.into_iter()
        .find_map(Result::err)
        .map_or(Ok(()), |message| Err(retryable(format!("{} could not be stopped: {message}", subject.name()))))
}

async fn is_ready(subject: &Subject, instance: &Instance) -> bool {
    let Ok(status) = instance.status() else { return false };
    let Ok(address) = instance.socket() else { return false };
    ready::look(&subject.config.ready, &status, address).await.is_ok()
}
