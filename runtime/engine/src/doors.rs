//! One at a time: whoever holds a door keeps others from what is behind it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// Doors by what is behind them. Those that nobody holds or waits at are forgotten.
pub(crate) struct Doors<K>(Mutex<BTreeMap<K, Arc<tokio::sync::Mutex<()>>>>);

impl<K> Default for Doors<K> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Ord + Clone> Doors<K> {
    /// Waits for a door and keeps it while the answer is held.
    pub(crate) async fn hold(&self, behind: &K) -> OwnedMutexGuard<()> {
        self.door(behind).lock_owned().await
    }

    fn door(&self, behind: &K) -> Arc<tokio::sync::Mutex<()>> {
        // A panic of another thread leaves the map whole.
        let mut doors = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        doors.retain(|_, door| Arc::strong_count(door) > 1);
        Arc::clone(doors.entry(behind.clone()).or_default())
    }
}
