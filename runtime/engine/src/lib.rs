//! The engine: makes events durable, performs what follows from them, and feeds the outcomes back.
//!
//! Order is law: an action is performed only after the event that caused it is durable. Nothing here names a
//! provider or decides anything about a rollout; that is the machine's.

mod act;
mod active;
mod clock;
mod driver;
mod error;
mod history;
mod submit;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use machine::Run;
use machine::ports::clock::Clock;
use machine::ports::provider::Provider;
use machine::ports::store::{Store, StoreError};
use machine::signal::{Actor, Signal};
use machine::view::RunView;
use tokio::sync::{broadcast, watch};

use crate::active::Active;
pub use crate::clock::HostClock;
pub use crate::error::{ExplainError, SignalError, SubmitError};
pub use crate::history::RunLine;

/// What an engine works with.
pub struct Config {
    /// Keeps runs.
    pub store: Arc<dyn Store>,
    /// Perform effects, found by name.
    pub providers: Vec<Arc<dyn Provider>>,
    /// Tells time.
    pub clock: Arc<dyn Clock>,
}

/// What a run is started with.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The plan file's bytes.
    pub plan: Vec<u8>,
    /// Parameters as text.
    pub parameters: BTreeMap<String, String>,
    /// The project's root on this host.
    pub root: PathBuf,
    /// Who starts it.
    pub actor: Actor,
    /// Chosen by the client: a second submission with the same key names the same run.
    pub key: String,
}

/// A handle to the engine; clones are the same engine. Must be used inside a tokio runtime.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) providers: BTreeMap<&'static str, Arc<dyn Provider>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) active: Active,
    pub(crate) fatal: watch::Sender<Option<StoreError>>,
    /// Requests sent under this epoch. No other engine has this epoch, so that epoch and sequence together order
    /// the requests of a state directory.
    pub(crate) sequence: AtomicU64,
    /// One submission at a time, so that two cannot take the same lock.
    pub(crate) submitting: tokio::sync::Mutex<()>,
}

impl Inner {
    /// From 1, one higher each time.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Engine {
    /// An engine without runs; `resume_all` takes up those that did not end.
    pub fn new(config: Config) -> Self {
        let inner = Inner {
            store: config.store,
            providers: config.providers.into_iter().map(|provider| (provider.name(), provider)).collect(),
            clock: config.clock,
            active: Active::default(),
            fatal: watch::Sender::new(None),
            sequence: AtomicU64::new(0),
            submitting: tokio::sync::Mutex::new(()),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Takes up every run that has not ended, and says which. A run whose plan or state cannot be read is left as
    /// it is and named by [`Engine::left_alone`]; it does not stop the others.
    pub async fn resume_all(&self) -> Result<Vec<String>, StoreError> {
        let mut taken = Vec::new();
        for line in self.inner.store.runs(true, u32::MAX).await? {
            match self.resume(&line.run).await? {
                Ok(()) => taken.push(line.run),
                Err(problem) => self.inner.active.leave_alone(line.run, problem),
            }
        }
        Ok(taken)
    }

    async fn resume(&self, run: &str) -> Result<Result<(), String>, StoreError> {
        let stored = self.inner.store.load(run).await?;
        let journal = driver::Journal { seq: stored.last_seq, hash: stored.last_hash.clone() };
        match history::restore(stored) {
            Ok(run) => {
                driver::resume(&self.inner, run, journal);
                Ok(Ok(()))
            }
            Err(problem) => Ok(Err(problem)),
        }
    }

    /// Runs that could not be taken up, with the reason.
    pub fn left_alone(&self) -> BTreeMap<String, String> {
        self.inner.active.left_alone()
    }

    /// Says something to a run; the answer is a sentence. A repeated key is answered as the first time.
    pub async fn signal(&self, run: &str, signal: Signal) -> Result<String, SignalError> {
        if let Some(mailbox) = self.inner.active.mailbox(run)
            && let Some(answer) = driver::signal(&mailbox, signal.clone()).await
        {
            return answer;
        }
        self.signal_to_undriven(run, &signal).await
    }

    /// A run that nobody drives repeats what it answered; nothing new can be said to it.
    async fn signal_to_undriven(&self, run: &str, signal: &Signal) -> Result<String, SignalError> {
        let state = self.load(run).await?;
        let head = state.head();
        if head.status.ended() || head.signals.contains_key(&signal.key) {
            return state.consider(signal).map_err(SignalError::from);
        }
        let message = "is not being carried out now, so nothing can be said to it; try again once `deployd serve` runs";
        Err(SignalError::Invalid(format!("run {run} {message}")))
    }

    async fn load(&self, run: &str) -> Result<Run, StoreError> {
        history::restore(self.inner.store.load(run).await?).map_err(StoreError::Io)
    }

    /// A run as it stands, also after it has ended.
    pub async fn view(&self, run: &str) -> Result<RunView, StoreError> {
        Ok(self.watch(run).await?.borrow().clone())
    }

    /// Follows a run; the last value is one whose status has ended.
    pub async fn watch(&self, run: &str) -> Result<watch::Receiver<RunView>, StoreError> {
        if let Some(view) = self.inner.active.view(run) {
            return Ok(view);
        }
        let stored = self.inner.store.load(run).await?;
        let seq = stored.last_seq;
        let run = history::restore(stored).map_err(StoreError::Io)?;
        let now = run.head().ended.clone().unwrap_or_else(|| self.inner.clock.now());
        Ok(watch::Sender::new(run.view(&now, seq, &|_| None)).subscribe())
    }

    /// The runs that are begun or taken up from now on, by id.
    pub fn begun(&self) -> broadcast::Receiver<String> {
        self.inner.active.begun()
    }

    /// Stops taking steps. What is under way in the world goes on; every run stays resumable.
    pub async fn stop(&self) {
        self.inner.active.stop().await;
    }

    /// Becomes some when the store failed or another runtime took over: the process must end without another
    /// effect.
    pub fn fatal(&self) -> watch::Receiver<Option<StoreError>> {
        self.inner.fatal.subscribe()
    }
}
