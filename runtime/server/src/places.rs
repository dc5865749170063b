//! Which environments a run touches. A run is pinned to its plan, so that an answer once found stays true.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use machine::ports::store::Store;
use plan::Plan;

use crate::Failure;
use crate::roles::Environments;

/// Most runs that are remembered.
const REMEMBERED: usize = 10_000;

/// Remembers the environments of runs.
#[derive(Debug, Default)]
pub(crate) struct Places(Mutex<BTreeMap<String, Arc<Environments>>>);

impl Places {
    /// The environments that a run's plan names; of a plan that cannot be read none, which only a role for all
    /// covers.
    pub(crate) async fn of(&self, store: &dyn Store, run: &str) -> Result<Arc<Environments>, Failure> {
        if let Some(known) = self.known(run) {
            return Ok(known);
        }
        let plan = store.load(run).await?.plan;
        let found = Arc::new(Plan::read(&plan).map(|plan| environments(&plan)).unwrap_or_default());
        self.remember(run, &found);
        Ok(found)
    }

    fn known(&self, run: &str) -> Option<Arc<Environments>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(run).cloned()
    }

    fn remember(&self, run: &str, found: &Arc<Environments>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Run ids ascend with time: the oldest is the one asked for least.
        if known.len() >= REMEMBERED {
            known.pop_first();
        }
        known.insert(run.to_owned(), Arc::clone(found));
    }
}

/// The environments that a plan names.
pub(crate) fn environments(plan: &Plan) -> Environments {
    plan.body.environments.keys().cloned().collect()
}
