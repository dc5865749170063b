//! Runs that were loaded and found sound: their first append needs no second look at all of their rows.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Most runs that are remembered; of others all rows are read again at their first append.
const MOST: usize = 100_000;

/// Their names; clones share them. Only the writer changes rows, so what was sound stays so until it writes.
#[derive(Clone, Default)]
pub(super) struct Looked(Arc<Mutex<HashSet<String>>>);

impl Looked {
    fn lock(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes one.
    pub(super) fn note(&self, run: &str) {
        let mut looked = self.lock();
        if looked.len() < MOST {
            looked.insert(run.to_owned());
        }
    }

    /// Whether it was noted; it is not any more.
    pub(super) fn take(&self, run: &str) -> bool {
        self.lock().remove(run)
    }
}
