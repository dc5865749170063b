//! The canonical body of a plan: all that its digest covers.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::accept::Acceptance;
use crate::contract::{Clause, Released};
use crate::database::{Database, Urls};
use crate::flag::Flag;
use crate::gate::{Gate, Metric};
use crate::migration::Migration;
use crate::node::{Node, NodeId, RecoveryStep};
use crate::objective::{Objective, Traffic};
use crate::quantity::Exact;
use crate::release::Digest;
use crate::scope::{Scope, Together};
use crate::stage::Stage;
use crate::window::Hours;

/// What a workflow does, in full: graph, gates, ways back and everything they name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Body {
    /// The language edition of the project.
    pub edition: String,
    /// The workflow that was compiled.
    pub workflow: String,
    /// Whether it is an emergency: fewer gates, never fewer records.
    #[serde(default, skip_serializing_if = "is_false")]
    pub emergency: bool,
    /// A link to what to read when it goes wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// Values given when a run starts.
    pub parameters: BTreeMap<String, Parameter>,
    /// Every environment that is named.
    pub environments: BTreeMap<String, Environment>,
    /// Every service that is named.
    pub services: BTreeMap<String, Service>,
    /// Every metric that a gate reads.
    pub metrics: BTreeMap<String, Metric>,
    /// Every gate that guards something.
    pub gates: BTreeMap<String, Gate>,
    /// Every rollout, with its way back.
    pub rollouts: BTreeMap<String, Rollout>,
    /// What the users of these services were promised, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub objectives: BTreeMap<String, Objective>,
    /// What a runtime must be able to do beyond what every runtime can, sorted; see [`crate::requires`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// Exceptions that people took upon them; a run is refused once one of them is past its day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acceptances: Vec<Acceptance>,
    /// Every flag whose exposure changes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub flags: BTreeMap<String, Flag>,
    /// Every database that is migrated.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub databases: BTreeMap<String, Database>,
    /// Every migration of which a phase is carried out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub migrations: BTreeMap<String, Migration>,
    /// What things were called before, by what they are and their keys: `service:payments`. What is known under the
    /// old name goes on under the new one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub formerly: BTreeMap<String, String>,
    /// Rollouts with one verdict, by a name of their own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub together: BTreeMap<String, Together>,
    /// Steps whose modifiers hold for several nodes, by their paths.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub scopes: BTreeMap<String, Scope>,
    /// The work, in an order in which each node stands after those it waits for.
    pub nodes: Vec<Node>,
    /// Done at the end, however the rest ended; its own order, behind nothing outside.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub finally: Vec<Node>,
}

impl Body {
    /// One that does nothing yet.
    #[must_use]
    pub fn new(edition: &str, workflow: &str) -> Self {
        Self {
            edition: edition.to_owned(),
            workflow: workflow.to_owned(),
            emergency: false,
            runbook: None,
            parameters: BTreeMap::new(),
            environments: BTreeMap::new(),
            services: BTreeMap::new(),
            metrics: BTreeMap::new(),
            gates: BTreeMap::new(),
            rollouts: BTreeMap::new(),
            objectives: BTreeMap::new(),
            requires: Vec::new(),
            acceptances: Vec::new(),
            flags: BTreeMap::new(),
            databases: BTreeMap::new(),
            migrations: BTreeMap::new(),
            formerly: BTreeMap::new(),
            together: BTreeMap::new(),
            scopes: BTreeMap::new(),
            nodes: Vec::new(),
            finally: Vec::new(),
        }
    }
}

pub(crate) fn is_false(flag: &bool) -> bool {
    !flag
}

/// A value that a run is started with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameter {
    /// Its type, checked before the first effect.
    pub r#type: ParameterType,
    /// Used when none is given.
    pub default: Option<serde_json::Value>,
}

/// Types a run can be started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParameterType {
    /// An artifact digest.
    Digest,
    /// Text.
    String,
    /// A whole number.
    Int,
    /// `true` or `false`.
    Bool,
    /// A duration, in milliseconds once bound.
    Duration,
}

/// A value known when compiled, or when the run starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// Given at the start.
    Parameter(String),
    /// Written in the source.
    Digest(Digest),
    /// Brought out by an action during the run.
    Output {
        /// The action's node.
        node: NodeId,
        /// Fields in what it brought out.
        path: Vec<String>,
    },
    /// That of the release which ran before the one that runs.
    Previous,
    /// That of the release which runs.
    Running,
}

/// A provider with its configuration, as the source bound it.
///
/// Values are JSON without floats: durations are whole milliseconds, bytes whole bytes, ratios and other
/// decimals are strings, a query is `{"promql": …}`, SQL is `{"sql": …}`, a case of a union is `{"case": …}`, a record carries its type's name under `type`,
/// a secret is `{"$secret": "file:…"}` and a value given at the start is `{"$parameter": "name"}`, inside
/// text `{"$concat": […]}`; what an action brings out is `{"$output": {"node": …, "path": […]}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// The provider, as its signature in the standard library names it.
    pub provider: String,
    /// The record it is given.
    pub config: serde_json::Value,
}

/// Where things run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Environment {
    /// Whether the source marks it as protected.
    pub protected: bool,
    /// Runs instances.
    pub compute: Binding,
    /// Shifts traffic; none where nothing is routed.
    pub traffic: Option<Binding>,
    /// Answers what gates ask; the traffic provider when not bound.
    pub metrics: Option<Binding>,
    /// When things may change there; at any time, if it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<Hours>,
    /// Who keeps alerts: is told of rollouts there, and silences what they set off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alerts: Option<Binding>,
    /// The channels of those who watch it, by the names of actions: where `notify` of the environment goes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notify: Vec<String>,
    /// Keeps the secrets; files and systemd's credentials when not bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<Binding>,
    /// What is done about a world that is no longer as it was left; it is put back when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drift: Option<Drift>,
    /// Where the databases are reached that are migrated there, or whose urls its services are given, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub databases: Urls,
    /// What is recorded to run there, by the names of services: of those that are rolled out there, and of those that
    /// share a database which is migrated there.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub released: BTreeMap<String, Released>,
}

/// What is done about a world that is no longer as it was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Drift {
    /// People are told, and nothing is changed.
    Report,
}

/// A service as it is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name outside the language, in labels and on hosts.
    pub id: String,
    /// Where its artifacts come from.
    pub artifact: serde_json::Value,
    /// How a release of it runs. The url of a database is `{"$secret": "database:NAME.url"}`: each environment has its
    /// own.
    pub runs: serde_json::Value,
    /// A link to what to read when it goes wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runbook: Option<String>,
    /// What a release of it relies on and promises, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contract: Vec<Clause>,
}

/// One rollout of one service to one environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollout {
    /// The environment, by its key in the body.
    pub environment: String,
    /// The service, by its key in the body.
    pub service: String,
    /// The artifact that is rolled out.
    pub artifact: Input,
    /// Fields of the service that differ in this release, by path: `runs.machine`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<String, serde_json::Value>,
    /// Instances at full weight.
    pub replicas: u32,
    /// The requests that the service gets, where they are declared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traffic: Option<Traffic>,
    /// The share of each of the service's error budgets that a bad release may spend at most, where it is limited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub may_spend: Option<Exact>,
    /// The strategy's name, for people.
    pub strategy: String,
    /// Whether a release must run already: a stage below 100 % or a comparison with it needs one.
    pub needs_running: bool,
    /// Stages in order.
    pub stages: Vec<Stage>,
    /// What brings the service back from any stage: every step is repeatable and safe in every state of the
    /// rollout, so one list serves them all. Tried in order.
    pub recovery: Vec<RecoveryStep>,
}
