//! The door to the world: typed effects, probes and samples. A provider knows neither graph, store nor engine.

use std::collections::BTreeMap;
use std::path::PathBuf;

use plan::{Arm, Metric, MetricKind, Release, ReleaseId, Share};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::BoxFuture;
pub use crate::reading::{CounterReading, GaugeReading, HistogramReading, MeanReading, MetricReading, RatioReading};

/// One request for an effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// Idempotency key `run/node/attempt-group`: equal keys take effect at most once.
    pub key: String,
    /// Which attempt under this key, from 1.
    pub attempt: u32,
    /// The run, for labels and folders.
    pub run: String,
    /// The state directory's epoch; a receiver that has seen a higher one refuses.
    pub epoch: u64,
    /// Rises with every request of an epoch; a receiver that remembers its latest refuses an earlier one, so that a
    /// request whose answer was lost cannot undo a newer one by landing late.
    pub sequence: u64,
    /// Milliseconds after which the caller stops waiting and treats the outcome as unknown.
    pub timeout_ms: u64,
    /// The project's root on this host, against which relative paths of the source are read.
    pub root: PathBuf,
    /// What is asked.
    pub task: Task,
}

/// What is asked of a provider, with everything bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Task {
    /// Have at least `instances` ready instances of `release`; existing healthy ones are adopted. Answers
    /// [`Outputs::Instances`] with all of them.
    Ensure {
        /// The environment's name.
        environment: String,
        /// The compute provider's record.
        config: Value,
        /// The service's name outside the language.
        service_id: String,
        /// What runs.
        release: Release,
        /// How many at least.
        instances: u32,
    },
    /// Drain and stop instances of `release` until `keep` are left.
    Stop {
        /// The environment's name.
        environment: String,
        /// The compute provider's record.
        config: Value,
        /// The service's name outside the language.
        service_id: String,
        /// What stops.
        release: Release,
        /// How many stay.
        keep: u32,
    },
    /// Give each release its share of a service's traffic. Releases not named get none; an empty list routes
    /// nothing.
    Shift {
        /// The environment's name.
        environment: String,
        /// The traffic provider's record.
        config: Value,
        /// The service's name outside the language.
        service_id: String,
        /// Shares that sum to 100 %, or nothing.
        routes: Vec<Route>,
    },
    /// Carry out a declared action.
    Act {
        /// The action's name.
        action: String,
        /// The action provider's record, parameters bound.
        config: Value,
    },
}

/// One release's part of the traffic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The release.
    pub release: ReleaseId,
    /// Its share.
    pub share: Share,
    /// Addresses `host:port` of its ready instances.
    pub backends: Vec<String>,
}

/// How an effect ended, in the provider's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It took effect.
    Done(Outputs),
    /// It did not take effect.
    Failed {
        /// Whether another attempt can succeed.
        retryable: bool,
        /// What happened and what helps.
        message: String,
    },
    /// It may or may not have taken effect, now or later.
    Unknown {
        /// What is known.
        message: String,
    },
}

/// What an effect gives back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outputs {
    /// Nothing.
    None,
    /// The instances of a release that are ready.
    Instances(Vec<Instance>),
    /// An action's answer.
    Value(Value),
}

/// A ready instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Instance {
    /// Unique on this host.
    pub id: String,
    /// `host:port`.
    pub address: String,
}

/// What a provider knows of an earlier request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Probe {
    /// It took effect.
    Took(Outputs),
    /// It did not, and will not any more.
    DidNot,
    /// The provider cannot say.
    CannotTell(String),
}

/// Asks for cumulative counters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleRequest {
    /// When it is asked, by the wall clock of this host, UTC milliseconds: a source that is asked for an instant is asked
    /// for this one. The driver stamps it.
    #[serde(default)]
    pub asked_ms: i64,
    /// The environment's name.
    pub environment: String,
    /// The metrics provider's record.
    pub config: Value,
    /// The service's name outside the language.
    pub service_id: String,
    /// The metrics, by name.
    pub metrics: BTreeMap<String, Metric>,
    /// Arms that are no release of their own, of which readings are asked for too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub arms: Vec<Arm>,
}

/// Cumulative counters of a service at one instant, exact and of one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Changes when the counters restarted from zero: differences across it are meaningless.
    pub incarnation: String,
    /// When they were so, UTC milliseconds by the wall clock of the host that asks; not before it asked. 0 in samples of
    /// journals that did not say.
    #[serde(default)]
    pub at_ms: i64,
    /// By release.
    pub releases: BTreeMap<ReleaseId, Reading>,
    /// Of arms that are no release of their own, as far as the source has them: `baseline`, `shadow`, and `service` for what
    /// is of no release; cumulative as well. `previous` is what was counted before the rollout, whole at every look.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub arms: BTreeMap<Arm, Reading>,
}

/// The counters of one release, or of one arm.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Requests answered or given up, all classes.
    pub requests: u64,
    /// Each asked metric, by its kind.
    pub metrics: BTreeMap<String, MetricReading>,
}

/// Performs effects of one kind.
pub trait Provider: Send + Sync {
    /// The name that signatures in the standard library use.
    fn name(&self) -> &'static str;

    /// Says before the first effect of a run why this task could not succeed (artifact missing, port taken by a
    /// stranger, program not there). Changes nothing.
    fn preflight(&self, request: Request) -> BoxFuture<'_, Result<(), String>>;

    /// Performs the effect.
    fn perform(&self, request: Request) -> BoxFuture<'_, Outcome>;

    /// Sees a request to its end whose answer was lost with the runtime that sent it, and answers how it ended as far as
    /// that is proved. What may still be at work is left its time, and ended when that is over: after the answer nothing
    /// of the request takes effect any more.
    ///
    /// A provider whose effects end with its runtime has nothing to wait for, and knows nothing.
    fn settle(&self, _request: Request) -> BoxFuture<'_, Outcome> {
        let message = "the runtime was stopped before the answer came".to_owned();
        Box::pin(async { Outcome::Unknown { message } })
    }

    /// Ends at once whatever is at work for a run outside of this process, so that nothing of it takes effect after the
    /// answer.
    ///
    /// # Errors
    /// What does not end, in words.
    fn end(&self, _run: String) -> BoxFuture<'_, Result<(), String>> {
        Box::pin(async { Ok(()) })
    }

    /// The outcome of this attempt is durable: what was kept to prove it may go. Must not wait.
    fn forget(&self, _key: &str, _attempt: u32) {}

    /// Says whether an earlier request with this key took effect.
    fn probe(&self, request: Request) -> BoxFuture<'_, Probe>;

    /// Compares the world with the outcome that this request had, and changes nothing: `None` when it is as expected,
    /// what differs in words when performing the task again mends it, and an error text when the provider cannot tell
    /// or when performing it again would not help.
    fn observe(&self, request: Request) -> BoxFuture<'_, Result<Option<String>, String>>;

    /// Says why this provider could not read what is asked, before anything is begun; changes nothing. By default it
    /// reads shares of requests of releases, which is what every source of counters has, by its own selectors.
    ///
    /// # Errors
    /// The metric or the arm, and why.
    fn reads(&self, request: &SampleRequest) -> Result<(), String> {
        let beyond = request.metrics.iter().find(|(_, metric)| metric.kind != MetricKind::Ratio);
        match (beyond, request.arms.first()) {
            (Some((name, metric)), _) => {
                Err(format!("`{}` reads no {}, which `{name}` is", self.name(), metric.kind.word()))
            }
            (None, Some(arm)) => Err(format!("`{}` knows no arm `{}`", self.name(), arm.word())),
            (None, None) => Ok(()),
        }
    }

    /// Reads counters; an error text when this provider has none or they cannot be had.
    fn sample(&self, request: SampleRequest) -> BoxFuture<'_, Result<Sample, String>>;
}
