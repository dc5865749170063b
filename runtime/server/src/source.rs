//! Answers about runs, from the runtime that listens or, where none does, from the state directory itself:
//! evidence is there to be read also after everything has ended.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use engine::{Config, Engine, ExplainError, HostClock};
use machine::evidence::Evidence;
use machine::journal::Record;
use machine::ports::clock::Clock;
use machine::ports::store::Store;
use machine::view::RunView;
use store::registry;

use crate::client::Client;
use crate::protocol::{Held, PAGE_MAX, RunLine, Status};
use crate::{Code, Failure};

/// Runs in flight of which a status asks whether they wait for a person.
const ASKED_MAX: usize = 100;

/// Where answers come from.
pub enum Source {
    /// A runtime that listens.
    Runtime(Client),
    /// The state directory, read only; no runtime listens.
    Directory(Offline),
}

/// A state directory without a runtime.
pub struct Offline {
    engine: Engine,
    store: Arc<dyn Store>,
    state: PathBuf,
}

impl Offline {
    fn open(state: &Path) -> Result<Self, Failure> {
        Source::check(state)?;
        let store: Arc<dyn Store> = Arc::new(store::sqlite::look(state)?);
        let config = Config { store: Arc::clone(&store), providers: Vec::new(), clock: clock()? };
        Ok(Self { engine: Engine::new(config), store, state: state.to_owned() })
    }

    /// A run whose runtime was killed looks as if it went on; that it does not is said.
    async fn status(&self) -> Result<Status, Failure> {
        let mut status = status(&self.engine, &*self.store).await?;
        if !status.runs.is_empty() && store::health::holder(&self.state).is_none() {
            let what = "warning: no runtime is there, so what is in flight stands still; `deployd serve` carries it on";
            status.notices.push(what.to_owned());
        }
        Ok(status)
    }
}

impl Source {
    /// Refuses a directory without a state, and one whose state this user may not read.
    ///
    /// # Errors
    /// [`Code::Unreachable`] and [`Code::NotAllowed`].
    pub fn check(state: &Path) -> Result<(), Failure> {
        let found = std::fs::metadata(store::sqlite::database(state));
        if found.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied) {
            let message = format!("the state in {} is its owner's alone, and no runtime lets you in", state.display());
            return Err(Failure::new(Code::NotAllowed, message));
        }
        if found.is_err() {
            let message = format!("there is no state in {}; give the directory with --state", state.display());
            return Err(Failure::new(Code::Unreachable, message));
        }
        Ok(())
    }

    /// The runtime of this state directory, or the directory.
    ///
    /// # Errors
    /// When neither can be read.
    pub async fn open(state: &Path) -> Result<Self, Failure> {
        match Client::connect(state).await {
            Ok(client) => Ok(Self::Runtime(client)),
            Err(failure) if failure.code == Code::Unreachable => Offline::open(state).map(Self::Directory),
            Err(failure) => Err(failure),
        }
    }

    /// The runtime, for what only one can do.
    ///
    /// # Errors
    /// When none listens; the message says how to start one.
    pub fn runtime(self) -> Result<Client, Failure> {
        match self {
            Self::Runtime(client) => Ok(client),
            Self::Directory(offline) => Err(crate::client::unreachable(&offline.state)),
        }
    }

    /// Runs in flight, and what runs where.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub async fn status(&self) -> Result<Status, Failure> {
        let mut status = match self {
            Self::Runtime(client) => client.status().await,
            Self::Directory(offline) => offline.status().await,
        }?;
        for line in status.runs.iter_mut().take(ASKED_MAX) {
            // A run that cannot be viewed, or has just ended, has nothing to add to its line.
            let Ok(view) = self.view(&line.run).await else { continue };
            line.runbooks = view.runbooks;
            status.notices.extend((!view.waiting.is_empty()).then(|| waits_for_a_person(&line.run)));
        }
        Ok(status)
    }

    /// Runs, newest first.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub async fn runs(&self, unended: bool, limit: u32) -> Result<Vec<RunLine>, Failure> {
        match self {
            Self::Runtime(client) => client.runs(unended, limit).await,
            Self::Directory(offline) => Ok(offline.engine.runs(unended, limit).await?),
        }
    }

    /// What runs keep to themselves, by environment and service.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub async fn locks(&self) -> Result<Vec<Held>, Failure> {
        match self {
            Self::Runtime(client) => client.locks().await,
            Self::Directory(offline) => locks(&offline.engine).await,
        }
    }

    /// A run as it is now, or as it ended.
    ///
    /// # Errors
    /// When there is no such run.
    pub async fn view(&self, run: &str) -> Result<RunView, Failure> {
        match self {
            Self::Runtime(client) => client.view(run).await,
            Self::Directory(offline) => Ok(offline.engine.view(run).await?),
        }
    }

    /// A page of a run's records.
    ///
    /// # Errors
    /// When there is no such run.
    pub async fn journal(&self, run: &str, from: u64, limit: u32) -> Result<Vec<Record>, Failure> {
        match self {
            Self::Runtime(client) => client.journal(run, from, limit).await,
            Self::Directory(offline) => Ok(offline.engine.journal(run, from, limit).await?),
        }
    }

    /// Every look at a gate, in order.
    ///
    /// # Errors
    /// When there is no such run or gate; the message names the gates there are.
    pub async fn explain(&self, run: &str, gate: &str) -> Result<Vec<Evidence>, Failure> {
        match self {
            Self::Runtime(client) => client.explain(run, gate).await,
            Self::Directory(offline) => explain(&offline.engine, run, gate).await,
        }
    }
}

/// A run whose step waits for somebody is `advancing` all the same, and whoever looks at the list must learn of it.
fn waits_for_a_person(run: &str) -> String {
    format!("run {run} waits for a person: `deployd watch {run}` says what it asks and what to type")
}

/// This host's time.
pub(crate) fn clock() -> Result<Arc<dyn Clock>, Failure> {
    let clock = HostClock::new().map_err(|error| Failure::internal(format!("cannot tell the time: {error}")))?;
    Ok(Arc::new(clock))
}

pub(crate) async fn status(engine: &Engine, store: &dyn Store) -> Result<Status, Failure> {
    let runs = engine.runs(true, PAGE_MAX).await?;
    let known = registry::known(store, PAGE_MAX).await?;
    let notices = known.damaged.into_iter().map(|(_, what)| what).collect();
    Ok(Status { runs, running: known.running, notices })
}

pub(crate) async fn locks(engine: &Engine) -> Result<Vec<Held>, Failure> {
    let left_alone = engine.left_alone();
    let locks = engine.locks(PAGE_MAX).await?.into_iter();
    Ok(locks.map(|lock| Held { left_alone: left_alone.get(&lock.run).cloned(), lock }).collect())
}

pub(crate) async fn explain(engine: &Engine, run: &str, gate: &str) -> Result<Vec<Evidence>, Failure> {
    engine.explain(run, gate).await.map_err(|error| match error {
        ExplainError::NoGate { .. } => Failure::new(Code::Missing, error.to_string()),
        ExplainError::Store(error) => error.into(),
    })
}
