//! Taking up the runs that have not ended. What is wrong with one run is that run's alone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use machine::Run;
use machine::ports::store::{StoreError, StoredRun};
use plan::Plan;

use crate::driver::{self, Journal};
use crate::{Engine, Inner};

/// Why a run is not taken up.
enum Problem {
    /// The run is left as it is.
    OfTheRun(String),
    /// No run can be carried on.
    OfTheStore(StoreError),
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if of_one_run(&error) { Self::OfTheRun(error.to_string()) } else { Self::OfTheStore(error) }
    }
}

/// Whether an error of the store says something about one run only, so that the others go on.
pub(crate) fn of_one_run(error: &StoreError) -> bool {
    match error {
        StoreError::Gap { .. }
        | StoreError::Exists(_)
        | StoreError::KeyUsed { .. }
        | StoreError::Held(_)
        | StoreError::Missing(_)
        | StoreError::Damaged(_) => true,
        StoreError::Fenced { .. }
        | StoreError::Malformed { .. }
        | StoreError::Newer { .. }
        | StoreError::Locked { .. }
        | StoreError::Io(_) => false,
    }
}

impl Engine {
    /// Takes up every run that has not ended, and says which. A run whose plan, journal or state cannot be read is
    /// left as it is, keeps its locks and is named by [`Engine::left_alone`]; it does not stop the others.
    ///
    /// # Errors
    /// When the store as a whole cannot be read.
    pub async fn resume_all(&self) -> Result<Vec<String>, StoreError> {
        let mut taken = Vec::new();
        for line in self.inner.store.runs(true, u32::MAX).await? {
            match self.take_up(&line.run).await {
                Ok(()) => taken.push(line.run),
                Err(Problem::OfTheRun(why)) => self.inner.active.leave_alone(line.run, why),
                Err(Problem::OfTheStore(error)) => return Err(error),
            }
        }
        Ok(taken)
    }

    async fn take_up(&self, run: &str) -> Result<(), Problem> {
        let stored = self.inner.store.load(run).await?;
        let journal = Journal { seq: stored.last_seq, hash: stored.last_hash.clone() };
        let plan = plan(&self.inner, &stored).map_err(Problem::OfTheRun)?;
        if let Some(damage) = stored.damage.clone() {
            return Err(Problem::OfTheRun(damage));
        }
        let state = guarded(|| restore(plan, stored))?;
        guarded(|| {
            driver::resume(&self.inner, state, journal, vec![]);
            Ok(())
        })
    }
}

/// A defect that one run's content brings to light must not end the start of the others.
fn guarded<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, Problem> {
    let done = catch_unwind(AssertUnwindSafe(work));
    done.unwrap_or_else(|_| Err(driver::BROKE_OFF.to_owned())).map_err(Problem::OfTheRun)
}

/// The plan of a stored run.
pub(crate) fn plan(inner: &Inner, stored: &StoredRun) -> Result<Arc<Plan>, String> {
    inner.plans.read(&stored.plan).map_err(|error| format!("its plan cannot be read: {error}"))
}

/// A run from what is stored of it.
pub(crate) fn restore(plan: Arc<Plan>, stored: StoredRun) -> Result<Run, String> {
    Run::restore(plan, stored.head, stored.nodes).map_err(|error| error.to_string())
}
