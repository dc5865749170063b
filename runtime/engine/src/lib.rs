//! The engine: makes events durable, performs what follows from them, and feeds the outcomes back.
//!
//! Order is law: an action is performed only after the event that caused it is durable. Nothing here names a
//! provider or decides anything about a rollout; that is the machine's.

mod act;
mod active;
mod care;
mod clock;
mod doors;
mod driver;
mod error;
mod history;
mod keyed;
mod locks;
mod plans;
mod queue;
mod rebuild;
mod restored;
mod steal;
mod submit;
mod take_up;
mod warden;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use machine::ports::clock::Clock;
use machine::ports::provider::Provider;
use machine::ports::store::{Store, StoreError};
use machine::signal::{Actor, Signal};
use machine::view::RunView;
use tokio::sync::{RwLock, broadcast, watch};
use tokio::time::Instant;

use crate::active::Active;
use crate::care::Care;
pub use crate::care::{Concern, Concerns};
pub use crate::clock::HostClock;
use crate::doors::Doors;
pub use crate::error::{ExplainError, SignalError, SubmitError};
pub use crate::history::{LOOKS_MAX, RunLine};
use crate::keyed::Keyed;
pub use crate::locks::InTheWay;
use crate::plans::Plans;
use crate::queue::Queue;
pub use crate::rebuild::Rebuild;
pub use crate::warden::Warden;

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
    /// Wait for locks that others hold, in order of arrival, instead of being refused.
    pub queue: bool,
}

/// How long effects under way are given to answer when the engine is stopped and nobody says another time. Each ends
/// at its own deadline at the latest.
pub const GRACE: Duration = Duration::from_secs(30);

/// A handle to the engine; clones are the same engine. Must be used inside a tokio runtime.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) warden: Arc<dyn Warden>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) providers: BTreeMap<&'static str, Arc<dyn Provider>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) active: Active,
    pub(crate) fatal: watch::Sender<Option<StoreError>>,
    /// Requests sent under this epoch. No other engine has this epoch, so that epoch and sequence together order
    /// the requests of a state directory.
    pub(crate) sequence: AtomicU64,
    pub(crate) plans: Plans,
    pub(crate) queue: Arc<Queue>,
    pub(crate) care: Care,
    /// Requests under one key are taken one after the other.
    pub(crate) keys: Doors<String>,
    /// Turns true when what waits for its turn is to give up.
    pub(crate) stopping: watch::Sender<bool>,
    /// Whether a run may begin; held while one does.
    pub(crate) open: RwLock<bool>,
}

impl Inner {
    /// From 1, one higher each time.
    pub(crate) fn next_sequence(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed) + 1
    }
}

/// What is answered where a run could not be taken up, or its driver broke off.
fn alone(run: &str, why: &str) -> String {
    format!(
        "this runtime leaves run {run} alone ({why}), so nothing can be said to it; it is taken up again at the next start where it can be, and `deployd lock steal` ends it where it stands"
    )
}

impl Engine {
    /// An engine without runs; `resume_all` takes up those that did not end.
    ///
    /// Everybody may run everything here; where that is not so, see [`Engine::guarded`].
    pub fn new(config: Config) -> Self {
        Self::guarded(config, Arc::new(warden::Everybody))
    }

    /// The same, where a warden knows who may run what.
    pub fn guarded(config: Config, warden: Arc<dyn Warden>) -> Self {
        let inner = Inner {
            warden,
            store: config.store,
            providers: config.providers.into_iter().map(|provider| (provider.name(), provider)).collect(),
            clock: config.clock,
            active: Active::default(),
            fatal: watch::Sender::new(None),
            sequence: AtomicU64::new(0),
            plans: Plans::default(),
            queue: Arc::default(),
            care: Care::default(),
            keys: Doors::default(),
            stopping: watch::Sender::new(false),
            open: RwLock::new(true),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Runs that could not be taken up, with the reason.
    pub fn left_alone(&self) -> BTreeMap<String, String> {
        self.inner.active.left_alone()
    }

    /// Says something to a run; the answer is a sentence. A repeated key is answered as the first time, and refused
    /// where it came with another request.
    pub async fn signal(&self, run: &str, signal: Signal) -> Result<String, SignalError> {
        let keyed = Keyed::said(run, &signal);
        let _alone = self.inner.keys.hold(&keyed.key).await;
        match self.answered_before(&keyed).await? {
            Some(answer) => Ok(answer),
            None => self.say(run, signal, keyed).await,
        }
    }

    /// Says something that was not said before.
    pub(crate) async fn say(&self, run: &str, signal: Signal, keyed: Keyed) -> Result<String, SignalError> {
        if let Some(mailbox) = self.inner.active.mailbox(run)
            && let Some(answer) = driver::signal(&mailbox, signal.clone(), keyed.clone()).await
        {
            return answer;
        }
        match self.decide_on_restored(run, &signal, keyed).await? {
            Some(answer) => Ok(answer),
            None => self.signal_to_undriven(run, &signal).await,
        }
    }

    /// A run that nobody drives repeats what it answered; nothing new can be said to it.
    async fn signal_to_undriven(&self, run: &str, signal: &Signal) -> Result<String, SignalError> {
        let state = match (self.load(run).await, self.inner.active.why_left_alone(run)) {
            (Ok((state, _)), None) => state,
            (Ok((state, _)), Some(_)) if state.head().signals.contains_key(&signal.key) => state,
            (Ok(_) | Err(StoreError::Damaged(_)), Some(why)) => return Err(SignalError::Invalid(alone(run, &why))),
            (Err(error), _) => return Err(error.into()),
        };
        let head = state.head();
        if head.status.ended() || head.signals.contains_key(&signal.key) {
            return state.consider(signal).map_err(SignalError::from);
        }
        let message = "is not being carried out now, so nothing can be said to it; try again once `deployd serve` runs";
        Err(SignalError::Invalid(format!("run {run} {message}")))
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
        let (run, seq) = self.load(run).await?;
        let now = run.head().ended.clone().unwrap_or_else(|| self.inner.clock.now());
        Ok(watch::Sender::new(run.view(&now, seq, &|_| None)).subscribe())
    }

    /// The runs that are begun or taken up from now on, by id.
    pub fn begun(&self) -> broadcast::Receiver<String> {
        self.inner.active.begun()
    }

    /// [`Engine::stop_within`] the usual [`GRACE`].
    pub async fn stop(&self) {
        self.stop_within(GRACE).await;
    }

    /// Takes no further step. Effects under way are waited for, each until its own deadline and all for `grace` at
    /// most, and their outcomes recorded. Every run stays resumable.
    pub async fn stop_within(&self, grace: Duration) {
        self.inner.stopping.send_replace(true);
        *self.inner.open.write().await = false;
        let until = Instant::now() + grace;
        tokio::join!(self.inner.active.stop(until), self.inner.care.stop(until));
    }

    /// Becomes some when the store failed or another runtime took over: the process must end without another
    /// effect.
    pub fn fatal(&self) -> watch::Receiver<Option<StoreError>> {
        self.inner.fatal.subscribe()
    }
}
