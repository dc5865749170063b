//! What runs everywhere, as far as it can be read: one damaged entry does not hide the others.

use machine::ports::store::{Running, Store, StoreError, Target};

/// The registry with what of it cannot be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// What can be read, by environment and service.
    pub running: Vec<Running>,
    /// What cannot, each with a sentence that says so.
    pub damaged: Vec<(Target, String)>,
}

/// Reads the registry entry by entry, at most `limit` of them.
///
/// # Errors
/// When the state as a whole cannot be read.
pub async fn known(store: &dyn Store, limit: u32) -> Result<Known, StoreError> {
    let mut known = Known::default();
    for place in store.places().await?.into_iter().take(limit as usize) {
        match store.running(&place.environment, &place.service).await {
            Err(StoreError::Damaged(what)) => known.damaged.push((place, what)),
            running => known.running.extend(running?),
        }
    }
    Ok(known)
}
