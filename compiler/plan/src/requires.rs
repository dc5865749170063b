//! What a plan asks of a runtime beyond what every runtime can do: said in the plan, refused before the first effect.
//!
//! A construct that is checked and planned before a runtime carries it out has a capability here. Nothing of a plan
//! is ever passed over in silence.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::Value;

use crate::body::{Binding, Body, Drift, Environment, Input, Service};
use crate::gate::{Arm, Gate, Metric, MetricKind};
use crate::migration::{Migrate, Phase};
use crate::node::{Call, Effect, Guard, Node, NodeId, Subject, Work};
use crate::scope::Scope;
use crate::stage::{Pause, Stage};
use crate::steps::ExposeStage;

/// Providers that every runtime has.
const PROVIDERS: [&str; 3] = ["exec", "process", "proxy"];

/// Where every runtime finds artifacts: cases of `std.process.Artifact`.
const ARTIFACTS: [&str; 1] = ["files"];

/// Something that not every runtime can do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Capability {
    /// Judges an arm beyond canary, stable and the whole service.
    Arm(Arm),
    /// Judges a condition and leaves it without a say.
    Advisory,
    /// Fetches artifacts of that case of `std.process.Artifact`.
    Artifact(String),
    /// Sends a part of the users to a release.
    Cohort,
    /// Leaves drift as it is and tells people.
    DriftReport,
    /// Waits until late answers of metrics are there.
    Lag,
    /// Judges a metric of that kind, or such a part of it.
    Metric(MetricKind),
    /// Sends copies of requests.
    Mirror,
    /// Pauses while a metric is beyond its limit.
    Pause,
    /// Asks a query in another language.
    Query(&'static str),
    /// Asks a provider of that name.
    Provider(String),
    /// Lets things change only when windows and freezes let it.
    Windows,
    /// Keeps a user on one side.
    Sticky,
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
    /// Changes databases, phase by phase.
    Migrations,
    /// Compares what runs with what is recorded to run.
    Released,
    /// Goes on under a new name with what it knows under the old one.
    FormerNames,
    /// Tells whoever keeps the alerts of an environment of rollouts there.
    Alerts,
    /// Silences alerts while a step is done, and ends that however the step ends.
    Silences,
}

impl Capability {
    /// What it does, to follow "this runtime cannot".
    pub fn described(&self) -> String {
        match self {
            Self::Windows => "keep windows and freezes".to_owned(),
            Self::Arm(arm) => format!("judge the arm `{}`", arm.word()),
            Self::Advisory => "judge a condition that has no say".to_owned(),
            Self::Artifact(case) => format!("fetch artifacts by `{case}`"),
            Self::Cohort => "send a part of the users to a release".to_owned(),
            Self::DriftReport => "leave drift as it is and only report it".to_owned(),
            Self::Lag => "wait for late answers of metrics".to_owned(),
            Self::Metric(kind) => format!("judge a metric of the kind `{}`", kind.word()),
            Self::Mirror => "send copies of requests".to_owned(),
            Self::Pause => "pause while a metric is beyond its limit".to_owned(),
            Self::Query(language) => format!("ask a query in `{language}`"),
            Self::Provider(name) => format!("work with the provider `{name}`"),
            Self::Sticky => "keep a user on one side".to_owned(),
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
            Self::Migrations => "carry out migrations".to_owned(),
            Self::Released => "compare what runs with what is recorded to run".to_owned(),
            Self::FormerNames => "go on with what is known under a former name".to_owned(),
            Self::Alerts => "tell whoever keeps alerts of rollouts".to_owned(),
            Self::Silences => "silence alerts while a step is done".to_owned(),
        }
    }
}

/// The capability as `body.requires` writes it.
impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Windows => f.write_str("windows"),
            Self::Arm(arm) => write!(f, "arm:{}", arm.word()),
            Self::Advisory => f.write_str("advisory"),
            Self::Artifact(case) => write!(f, "artifact:{case}"),
            Self::Cohort => f.write_str("cohort"),
            Self::DriftReport => f.write_str("drift:report"),
            Self::Lag => f.write_str("lag"),
            Self::Metric(kind) => write!(f, "metric:{}", kind.word()),
            Self::Mirror => f.write_str("mirror"),
            Self::Pause => f.write_str("pause"),
            Self::Query(language) => write!(f, "query:{language}"),
            Self::Provider(name) => write!(f, "provider:{name}"),
            Self::Sticky => f.write_str("sticky"),
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
            Self::Migrations => f.write_str("migrations"),
            Self::Released => f.write_str("released"),
            Self::FormerNames => f.write_str("former-names"),
            Self::Alerts => f.write_str("alerts"),
            Self::Silences => f.write_str("silences"),
        }
    }
}

/// Every capability that a body asks for, and the node that asks for it first.
pub fn asked(body: &Body) -> BTreeMap<Capability, String> {
    let first = |mut places: Vec<String>| if places.is_empty() { String::new() } else { places.swap_remove(0) };
    asked_by(body).into_iter().map(|(capability, places)| (capability, first(places))).collect()
}

/// Every capability that a body asks for, and all that ask for it, in their order.
pub fn asked_by(body: &Body) -> BTreeMap<Capability, Vec<String>> {
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

fn guard_of(node: &Node) -> Option<&Guard> {
    match &node.work {
        Work::Hold(hold) => hold.guard.as_ref(),
        Work::Begin | Work::Effect(_) | Work::Approval(_) | Work::Finish => None,
        Work::Expose(expose) => expose.stage.guard.as_ref(),
        Work::Mirror(mirror) => mirror.guard.as_ref(),
        Work::WaitUntil(_) | Work::Rollback(_) | Work::Migrate(_) => None,
    }
}

/// The key of the environment that a node changes, where it changes one.
fn environment_of<'b>(body: &'b Body, node: &'b Node) -> Option<&'b str> {
    let rollout = node.rollout.as_ref().and_then(|rollout| body.rollouts.get(rollout));
    match &node.work {
        Work::Expose(expose) => Some(&expose.environment),
        Work::Mirror(mirror) => Some(&mirror.environment),
        Work::Migrate(migrate) => Some(&migrate.environment),
        Work::Begin | Work::Effect(_) | Work::Hold(_) | Work::Approval(_) | Work::Finish => {
            rollout.map(|rollout| rollout.environment.as_str())
        }
        Work::WaitUntil(_) | Work::Rollback(_) => None,
    }
}

#[derive(Default)]
struct Asked(BTreeMap<Capability, Vec<String>>);

impl Asked {
    fn add(&mut self, capability: Capability, place: &str) {
        let places = self.0.entry(capability).or_default();
        if places.last().is_none_or(|last| last != place) {
            places.push(place.to_owned());
        }
    }

    fn node(&mut self, body: &Body, node: &Node) {
        let place = &node.id.0;
        let rollout = node.rollout.as_ref().and_then(|rollout| body.rollouts.get(rollout));
        let named = environment_of(body, node).and_then(|key| body.environments.get_key_value(key));
        let own = named.map(|(_, environment)| environment);
        if let Some((key, environment)) = named {
            self.environment(body, key, environment, place);
        }
        if let Some((rollout, stage)) = rollout.zip(node.stage) {
            rollout.stages.get(stage as usize).into_iter().for_each(|stage| self.stage(body, stage, place));
        }
        if let Some(guard) = guard_of(node).and_then(|guard| body.gates.get(&guard.gate)) {
            self.gate(body, guard, place);
        }
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
                self.counted(hold.guard.as_ref(), watched, place);
            }
            Work::Begin => {
                if let Some((key, service)) = rollout.and_then(|it| body.services.get_key_value(&it.service)) {
                    self.service(body, key, service, place);
                }
            }
            Work::WaitUntil(_) => self.add(Capability::WaitUntil, place),
            Work::Rollback(_) => self.add(Capability::Rollback, place),
            Work::Expose(expose) => {
                self.add(Capability::Flags, place);
                self.exposed(body, &expose.stage, place);
                self.counted(expose.stage.guard.as_ref(), own, place);
            }
            Work::Migrate(migrate) => self.migrate(body, migrate, place),
            Work::Mirror(mirror) => {
                self.add(Capability::Mirror, place);
                self.counted(mirror.guard.as_ref(), own, place);
                if let Some((key, service)) = body.services.get_key_value(&mirror.service) {
                    self.service(body, key, service, place);
                }
                self.release(place, &mirror.artifact, mirror.overrides.is_empty());
            }
            Work::Approval(_) | Work::Finish => {}
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

    /// Who counts what a gate looks at.
    fn counted(&mut self, guard: Option<&Guard>, watched: Option<&Environment>, place: &str) {
        let counts = watched.filter(|_| guard.is_some());
        self.providers(counts.and_then(|it| it.metrics.as_ref().or(it.traffic.as_ref())), place);
    }

    fn environment(&mut self, body: &Body, key: &str, environment: &Environment, place: &str) {
        self.providers(environment.secrets.as_ref(), place);
        self.providers(environment.alerts.as_ref(), place);
        let particulars = [
            (environment.hours.is_some(), Capability::Windows),
            (environment.alerts.is_some(), Capability::Alerts),
            (!environment.released.is_empty(), Capability::Released),
            (body.formerly.contains_key(&format!("environment:{key}")), Capability::FormerNames),
        ];
        let there = particulars.into_iter().filter(|(there, _)| *there);
        there.for_each(|(_, capability)| self.add(capability, place));
        if environment.drift == Some(Drift::Report) {
            self.add(Capability::DriftReport, place);
        }
    }

    fn service(&mut self, body: &Body, key: &str, service: &Service, place: &str) {
        self.artifact(&service.artifact, place);
        // One with an `id` of its own is known by that, whatever the language calls it.
        let by_name = service.id == key.replace('_', "-");
        if by_name && body.formerly.contains_key(&format!("service:{key}")) {
            self.add(Capability::FormerNames, place);
        }
    }

    fn migrate(&mut self, body: &Body, migrate: &Migrate, place: &str) {
        self.add(Capability::Migrations, place);
        let migration = body.migrations.get(&migrate.migration);
        let phases = migration.into_iter().flat_map(|it| &it.phases).filter(|it| it.name() == migrate.phase);
        for phase in phases {
            if let Phase::Backfill(backfill) = phase
                && let Some(metric) = backfill.pause.as_ref().and_then(|pause| body.metrics.get(&pause.metric))
            {
                self.add(Capability::Pause, place);
                self.metric(metric, place);
            }
        }
    }

    fn artifact(&mut self, artifact: &Value, place: &str) {
        if let Some(case) = artifact.get("case").and_then(Value::as_str)
            && !ARTIFACTS.contains(&case)
        {
            self.add(Capability::Artifact(case.to_owned()), place);
        }
    }

    fn stage(&mut self, body: &Body, stage: &Stage, place: &str) {
        let particulars = [
            (stage.mirror.is_some(), Capability::Mirror),
            (stage.cohort.is_some(), Capability::Cohort),
            (stage.sticky.is_some(), Capability::Sticky),
            (stage.pause.is_some(), Capability::Pause),
        ];
        self.particulars(particulars, place);
        self.pause(body, stage.pause.as_ref(), place);
    }

    fn exposed(&mut self, body: &Body, stage: &ExposeStage, place: &str) {
        let particulars = [
            (stage.cohort.is_some(), Capability::Cohort),
            (stage.sticky.is_some(), Capability::Sticky),
            (stage.pause.is_some(), Capability::Pause),
        ];
        self.particulars(particulars, place);
        self.pause(body, stage.pause.as_ref(), place);
    }

    fn particulars<const N: usize>(&mut self, particulars: [(bool, Capability); N], place: &str) {
        let there = particulars.into_iter().filter(|(there, _)| *there);
        there.for_each(|(_, capability)| self.add(capability, place));
    }

    fn pause(&mut self, body: &Body, pause: Option<&Pause>, place: &str) {
        if let Some(metric) = pause.and_then(|pause| body.metrics.get(&pause.metric)) {
            self.metric(metric, place);
        }
    }

    fn gate(&mut self, body: &Body, gate: &Gate, place: &str) {
        for arm in [Some(gate.arm), gate.against].into_iter().flatten() {
            match arm {
                Arm::Canary | Arm::Stable | Arm::Service => {}
                Arm::Baseline | Arm::Previous | Arm::Shadow => self.add(Capability::Arm(arm), place),
            }
        }
        if gate.lag_ms > 0 {
            self.add(Capability::Lag, place);
        }
        for condition in &gate.conditions {
            if condition.advisory {
                self.add(Capability::Advisory, place);
            }
            body.metrics.get(&condition.metric).into_iter().for_each(|metric| self.metric(metric, place));
        }
    }

    fn metric(&mut self, metric: &Metric, place: &str) {
        if metric.kind != MetricKind::Ratio {
            self.add(Capability::Metric(metric.kind), place);
        }
        let selectors = [Some(&metric.bad), Some(&metric.total), metric.value.as_ref()];
        if selectors.into_iter().flatten().any(|selector| selector.get("promql").is_some()) {
            self.add(Capability::Query("promql"), place);
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
        if scope.silence.is_some() {
            self.add(Capability::Silences, key);
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

/// The actions of which something else in a body names what they bring out.
pub fn outputs(body: &Body) -> BTreeSet<NodeId> {
    let mut named = BTreeSet::new();
    let handlers = body.scopes.values().flat_map(|scope| &scope.on_failure);
    for node in body.nodes.iter().chain(handlers).chain(&body.finally) {
        node.when.iter().flat_map(|when| when.values()).for_each(|value| add_outputs(value, &mut named));
        if let Work::Effect(Effect { call: Call::Act { binding, .. }, .. }) = &node.work {
            add_outputs(&binding.config, &mut named);
        }
    }
    let artifacts = body.rollouts.values().flat_map(|rollout| {
        rollout.overrides.values().for_each(|value| add_outputs(value, &mut named));
        [&rollout.artifact]
    });
    let mirrors = body.nodes.iter().filter_map(|node| match &node.work {
        Work::Mirror(mirror) => Some(&mirror.artifact),
        _ => None,
    });
    let brought: Vec<NodeId> = artifacts.chain(mirrors).filter_map(output_of).collect();
    named.extend(brought);
    named
}

fn output_of(input: &Input) -> Option<NodeId> {
    match input {
        Input::Output { node, .. } => Some(node.clone()),
        Input::Parameter(_) | Input::Digest(_) | Input::Previous | Input::Running => None,
    }
}

fn add_outputs(value: &Value, named: &mut BTreeSet<NodeId>) {
    match value {
        Value::Object(fields) => {
            let node = fields.get("$output").and_then(|output| output.get("node")).and_then(Value::as_str);
            named.extend(node.map(|node| NodeId(node.to_owned())));
            fields.values().for_each(|inner| add_outputs(inner, named));
        }
        Value::Array(items) => items.iter().for_each(|item| add_outputs(item, named)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
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
