//! Work of which only the latest counts, taken by one thread.

use std::collections::BTreeMap;
use std::sync::{Condvar, Mutex, PoisonError};

/// Work by key: what is put under a key replaces what was not taken yet.
pub(crate) struct Latest<K, T> {
    waiting: Mutex<BTreeMap<K, T>>,
    something: Condvar,
}

impl<K: Ord + Clone, T> Latest<K, T> {
    pub(crate) fn new() -> Self {
        Self { waiting: Mutex::default(), something: Condvar::new() }
    }

    /// Puts work under a key.
    pub(crate) fn put(&self, key: K, work: T) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(key, work);
        self.something.notify_one();
    }

    /// Drops what was not taken yet and is no longer wanted.
    pub(crate) fn drop_if(&self, unwanted: impl Fn(&K) -> bool) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).retain(|key, _| !unwanted(key));
    }

    /// Waits for work.
    pub(crate) fn take(&self) -> (K, T) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if let Some(first) = waiting.pop_first() {
                return first;
            }
            waiting = self.something.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
    }
}
