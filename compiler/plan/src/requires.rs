//! What a plan asks of a runtime beyond what every runtime can do: said in the plan, refused before the first effect.
//!
//! A construct that is checked and planned before a runtime carries it out has a capability here. Nothing of a plan
//! is ever passed over in silence.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::body::{Binding, Body, Input};
use crate::node::{Call, Effect, Node, Subject, Work};
use crate::scope::Scope;

/// Providers that every runtime has.
const PROVIDERS: [&str; 3] = ["exec", "process", "proxy"];

/// Something that not every runtime can do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Asks a provider of that name.
    Provider(String),
    /// Does what stands behind a step that failed.
    OnFailure,
    /// Does what stands at the end of the workflow, however it ended.
    Finally,
    /// Goes on behind a step that failed.
    GoesOn,
    /// Fails a step that takes too long.
    Deadlines,
    /// Hands on what an action brought out.
    Outputs,
    /// Waits for a time of day.
    WaitUntil,
    /// Brings a finished rollout back.
    Rollback,
    /// Finds the artifact of the release that runs, or of the one before.
    EarlierReleases,
    /// Runs a release otherwise than its service is declared.
    Overrides,
    /// Raises the exposure of a flag.
    Flags,
    /// Gives a release copies of requests.
    Mirroring,
}

impl Capability {
    /// What it does, to follow "this runtime cannot".
    pub fn described(&self) -> String {
        match self {
            Self::Provider(name) => format!("work with the provider `{name}`"),
            Self::OnFailure => "do what stands in `on failure`".to_owned(),
            Self::Finally => "do what stands in `finally`".to_owned(),
            Self::GoesOn => "go on behind a step that failed".to_owned(),
            Self::Deadlines => "fail a step that is not over `within` its time".to_owned(),
            Self::Outputs => "hand on what an action brings out".to_owned(),
            Self::WaitUntil => "wait until a time of day".to_owned(),
            Self::Rollback => "bring a finished rollout back".to_owned(),
            Self::EarlierReleases => "find the artifact of a release that ran before".to_owned(),
            Self::Overrides => "run a release otherwise than its service is declared".to_owned(),
            Self::Flags => "raise the exposure of a flag".to_owned(),
            Self::Mirroring => "give a release copies of requests".to_owned(),
        }
    }
}

/// The capability as `body.requires` writes it.
impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(name) => write!(f, "provider:{name}"),
            Self::OnFailure => f.write_str("on-failure"),
            Self::Finally => f.write_str("finally"),
            Self::GoesOn => f.write_str("going-on"),
            Self::Deadlines => f.write_str("deadlines"),
            Self::Outputs => f.write_str("outputs"),
            Self::WaitUntil => f.write_str("wait-until"),
            Self::Rollback => f.write_str("rollback"),
            Self::EarlierReleases => f.write_str("earlier-releases"),
            Self::Overrides => f.write_str("overrides"),
            Self::Flags => f.write_str("flags"),
            Self::Mirroring => f.write_str("mirroring"),
        }
    }
}

/// Every capability that a body asks for, and the node that asks for it first.
pub fn asked(body: &Body) -> BTreeMap<Capability, String> {
    let mut asked = Asked::default();
    body.nodes.iter().for_each(|node| asked.node(body, node));
    body.rollouts.iter().for_each(|(key, rollout)| asked.release(key, &rollout.artifact, rollout.overrides.is_empty()));
    body.scopes.iter().for_each(|(key, scope)| asked.scope(body, key, scope));
    if !body.finally.is_empty() {
        asked.add(Capability::Finally, &body.finally[0].id.0);
    }
    body.finally.iter().for_each(|node| asked.node(body, node));
    asked.0
}

/// What `body.requires` says of this body.
pub fn requires(body: &Body) -> Vec<String> {
    let mut names: Vec<String> = asked(body).keys().map(Capability::to_string).collect();
    names.sort();
    names
}

#[derive(Default)]
struct Asked(BTreeMap<Capability, String>);

impl Asked {
    fn add(&mut self, capability: Capability, place: &str) {
        self.0.entry(capability).or_insert_with(|| place.to_owned());
    }

    fn node(&mut self, body: &Body, node: &Node) {
        let place = &node.id.0;
        let rollout = node.rollout.as_ref().and_then(|rollout| body.rollouts.get(rollout));
        let own = rollout.and_then(|rollout| body.environments.get(&rollout.environment));
        match &node.work {
            Work::Effect(effect) => match &effect.call {
                Call::Act { binding, .. } => self.provider(binding, place),
                Call::Ensure { .. } | Call::Stop { .. } => self.providers(own.map(|it| &it.compute), place),
                Call::Shift { .. } => self.providers(own.and_then(|it| it.traffic.as_ref()), place),
            },
            Work::Hold(hold) => {
                let watched = match &hold.subject {
                    Subject::Nothing => None,
                    Subject::Rollout => own,
                    Subject::Service { environment, .. } => body.environments.get(environment),
                };
                let counts = watched.filter(|_| hold.guard.is_some());
                self.providers(counts.and_then(|it| it.metrics.as_ref().or(it.traffic.as_ref())), place);
            }
            Work::WaitUntil(_) => self.add(Capability::WaitUntil, place),
            Work::Rollback(_) => self.add(Capability::Rollback, place),
            Work::Expose(_) => self.add(Capability::Flags, place),
            Work::Mirror(mirror) => {
                self.add(Capability::Mirroring, place);
                self.release(place, &mirror.artifact, mirror.overrides.is_empty());
            }
            Work::Begin | Work::Approval(_) | Work::Finish => {}
        }
        let decided = node.when.iter().flat_map(|when| when.values());
        let given = match &node.work {
            Work::Effect(Effect { call: Call::Act { binding, .. }, .. }) => Some(&binding.config),
            _ => None,
        };
        if decided.chain(given).any(names_output) {
            self.add(Capability::Outputs, place);
        }
    }

    fn release(&mut self, place: &str, artifact: &Input, as_declared: bool) {
        match artifact {
            Input::Output { .. } => self.add(Capability::Outputs, place),
            Input::Previous | Input::Running => self.add(Capability::EarlierReleases, place),
            Input::Parameter(_) | Input::Digest(_) => {}
        }
        if !as_declared {
            self.add(Capability::Overrides, place);
        }
    }

    fn scope(&mut self, body: &Body, key: &str, scope: &Scope) {
        if scope.deadline_ms.is_some() {
            self.add(Capability::Deadlines, key);
        }
        if scope.goes_on.is_some() {
            self.add(Capability::GoesOn, key);
        }
        if !scope.on_failure.is_empty() {
            self.add(Capability::OnFailure, key);
        }
        scope.on_failure.iter().for_each(|node| self.node(body, node));
    }

    fn providers(&mut self, bindings: Option<&Binding>, place: &str) {
        bindings.into_iter().for_each(|binding| self.provider(binding, place));
    }

    fn provider(&mut self, binding: &Binding, place: &str) {
        if !PROVIDERS.contains(&binding.provider.as_str()) {
            self.add(Capability::Provider(binding.provider.clone()), place);
        }
    }
}

/// Whether something in it is brought out by an action.
fn names_output(value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.contains_key("$output") || fields.values().any(names_output),
        Value::Array(items) => items.iter().any(names_output),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
