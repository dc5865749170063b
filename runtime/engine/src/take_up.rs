//! Taking up the runs that have not ended. What is wrong with one run is that run's alone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use machine::Run;
use machine::journal::Record;
use machine::ports::store::{StoreError, StoredRun};
use plan::Plan;
use serde_json::{Value, json};

use crate::driver::{self, Journal};
use crate::{Engine, Inner, restored};

/// Records read at a time.
const PAGE: u32 = 1_000;

/// A run as its rows say, or its journal where they are damaged.
pub(crate) struct Known {
    pub(crate) run: Run,
    journal: Journal,
    damage: Option<String>,
}

/// Why a run is not taken up.
pub(crate) enum Problem {
    /// The run is left as it is.
    OfTheRun(String),
    /// No run can be carried on.
    OfTheStore(StoreError),
}

/// A run that can be taken up.
pub(crate) struct Ready {
    pub(crate) state: Run,
    pub(crate) journal: Journal,
    /// What its journal is to say about how it was taken up.
    pub(crate) notes: Vec<Value>,
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged(why) => Self::OfTheRun(why),
            other => Self::OfTheStore(other),
        }
    }
}

/// Whether an error of the store says something about one run only, so that the others go on.
pub(crate) fn of_one_run(error: &StoreError) -> bool {
    match error {
        StoreError::Gap { .. }
        | StoreError::Exists(_)
        | StoreError::KeyUsed { .. }
        | StoreError::KeyTaken { .. }
        | StoreError::Held(_)
        | StoreError::Missing(_)
        | StoreError::Damaged(_) => true,
        StoreError::Fenced { .. }
        | StoreError::Malformed { .. }
        | StoreError::Newer { .. }
        | StoreError::Occupied(_)
        | StoreError::Locked { .. }
        | StoreError::Io(_) => false,
    }
}

impl Engine {
    /// Takes up every run that has not ended, and says which; what an earlier runtime did not finish mending is noted. A run whose plan, journal or state cannot be read is
    /// left as it is, keeps its locks and is named by [`Engine::left_alone`]; it does not stop the others.
    ///
    /// # Errors
    /// When the store as a whole cannot be read.
    pub async fn resume_all(&self) -> Result<Vec<String>, StoreError> {
        self.close_lost_care().await?;
        let mut taken = Vec::new();
        for line in self.inner.store.runs(true, u32::MAX).await? {
            match self.take_up(&line.run).await {
                Ok(()) => taken.push(line.run),
                Err(Problem::OfTheRun(why)) => self.inner.active.leave_alone(line.run, why),
                Err(Problem::OfTheStore(error)) if of_one_run(&error) => {
                    self.inner.active.leave_alone(line.run, error.to_string());
                }
                Err(Problem::OfTheStore(error)) => return Err(error),
            }
        }
        Ok(taken)
    }

    async fn take_up(&self, run: &str) -> Result<(), Problem> {
        if restored::is_from_a_backup(&self.inner, run).await? {
            return Err(Problem::OfTheRun(restored::waits(run)));
        }
        let Ready { state, journal, notes } = self.prepare(run).await?;
        guarded(|| {
            driver::resume(&self.inner, state, journal, notes, None);
            Ok(())
        })
    }

    /// A run to be taken up, with notes on how.
    pub(crate) async fn prepare(&self, run: &str) -> Result<Ready, Problem> {
        let Known { run: state, journal, damage } = self.known(run).await?;
        let notes = damage.into_iter().map(|why| json!({ "rebuilt": { "why": why } })).collect();
        Ok(Ready { state, journal, notes })
    }

    /// A run that nobody drives as it stands, and the number of its last record.
    pub(crate) async fn load(&self, run: &str) -> Result<(Run, u64), StoreError> {
        match self.known(run).await {
            Ok(Known { run, journal, .. }) => Ok((run, journal.seq)),
            Err(Problem::OfTheRun(why)) => Err(StoreError::Damaged(format!("run {run} cannot be read: {why}"))),
            Err(Problem::OfTheStore(error)) => Err(error),
        }
    }

    pub(crate) async fn known(&self, run: &str) -> Result<Known, Problem> {
        let stored = self.inner.store.load(run).await?;
        let journal = Journal { seq: stored.last_seq, hash: stored.last_hash.clone() };
        let plan = plan(&self.inner, &stored).map_err(Problem::OfTheRun)?;
        let damage = stored.damage.clone();
        let run = match &damage {
            None => guarded(|| restore(plan, stored))?,
            Some(_) => self.replayed(run, &journal, plan).await?,
        };
        Ok(Known { run, journal, damage })
    }

    /// A run from its journal: the rows are a copy of what it says.
    async fn replayed(&self, run: &str, end: &Journal, plan: Arc<Plan>) -> Result<Run, Problem> {
        let records = self.all_records(run, end).await?;
        let because = |why: String| format!("its state is damaged, and its journal does not give it again: {why}");
        guarded(|| Run::replay(plan, &records).map_err(|error| because(error.to_string())))
    }

    pub(crate) async fn all_records(&self, run: &str, end: &Journal) -> Result<Vec<Record>, Problem> {
        let mut records: Vec<Record> = Vec::new();
        loop {
            let next = records.last().map_or(1, |last| last.seq.saturating_add(1));
            let page = self.inner.store.journal(run, next, PAGE).await?;
            if page.is_empty() {
                break;
            }
            records.extend(page);
        }
        // A journal that was cut at its end still verifies.
        let found = records.last().map(|last| (last.seq, last.hash.as_str()));
        if found == Some((end.seq, end.hash.as_str())) {
            return Ok(records);
        }
        Err(Problem::OfTheRun(format!("its state is damaged, and its journal does not end with record {}", end.seq)))
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
