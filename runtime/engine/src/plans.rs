//! Plans in memory: runs of the same plan file share it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use plan::{Digest, Plan, ReadError};

/// Plans that runs hold, by the digest of the file: a plan's own digest leaves out the source map.
#[derive(Default)]
pub(crate) struct Plans {
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    plans: BTreeMap<String, Weak<Plan>>,
    /// How many there may be until those that nobody holds any more are let go.
    sweep_at: usize,
}

/// Plans until the first sweep.
const SWEEP_AT_LEAST: usize = 64;

impl Plans {
    /// The plan of a file, read only where no run holds it.
    pub(crate) fn read(&self, bytes: &[u8]) -> Result<Arc<Plan>, ReadError> {
        let file = Digest::of(bytes).to_string();
        if let Some(plan) = self.known.lock().unwrap_or_else(PoisonError::into_inner).held(&file) {
            return Ok(plan);
        }
        let plan = Arc::new(Plan::read(bytes)?);
        self.known.lock().unwrap_or_else(PoisonError::into_inner).keep(file, &plan);
        Ok(plan)
    }
}

impl Known {
    fn held(&self, file: &str) -> Option<Arc<Plan>> {
        self.plans.get(file).and_then(Weak::upgrade)
    }

    fn keep(&mut self, file: String, plan: &Arc<Plan>) {
        if self.plans.len() >= self.sweep_at {
            self.plans.retain(|_, plan| plan.strong_count() > 0);
            self.sweep_at = SWEEP_AT_LEAST.max(self.plans.len() * 2);
        }
        self.plans.insert(file, Arc::downgrade(plan));
    }
}
