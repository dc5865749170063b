//! Puts what is known when a run starts into what was compiled: parameters, releases, addresses.

use std::collections::BTreeMap;

use plan::{Binding, Body, Call, Digest, Input, NodeId, Parameter, ParameterType, Release, Rollout, Share, Which};
use serde_json::Value;

use crate::ports::provider::{Route, Task};
use crate::state::RolloutState;
use crate::wait::duration_ms;

/// Checks the values a run is started with, and gives each its declared type.
pub fn parameters(body: &Body, given: &BTreeMap<String, String>) -> Result<BTreeMap<String, Value>, String> {
    if let Some(unknown) = given.keys().find(|name| !body.parameters.contains_key(*name)) {
        let known: Vec<&str> = body.parameters.keys().map(String::as_str).collect();
        return Err(match known.as_slice() {
            [] => format!("workflow `{}` has no parameter `{unknown}`; it has none", body.workflow),
            _ => format!("workflow `{}` has no parameter `{unknown}`; it has: {}", body.workflow, known.join(", ")),
        });
    }
    body.parameters
        .iter()
        .map(|(name, declared)| Ok((name.clone(), parameter(name, declared, given.get(name))?)))
        .collect()
}

fn parameter(name: &str, declared: &Parameter, given: Option<&String>) -> Result<Value, String> {
    let Some(text) = given else {
        return declared.default.clone().ok_or_else(|| format!("`{name}` is missing; give it with `--set {name}=…`"));
    };
    let wrong = |what: &str| format!("`{name}` must be {what}, not `{text}`");
    match declared.r#type {
        ParameterType::Digest => {
            Digest::parse(text).map(|d| Value::String(d.into())).map_err(|e| format!("`{name}`: {e}"))
        }
        ParameterType::String => Ok(Value::String(text.clone())),
        ParameterType::Int => text.parse::<i64>().map(Value::from).map_err(|_| wrong("a whole number")),
        ParameterType::Bool => text.parse::<bool>().map(Value::from).map_err(|_| wrong("`true` or `false`")),
        ParameterType::Duration => duration_ms(text).map(Value::from).ok_or_else(|| wrong("a duration such as `30s`")),
    }
}

/// Gives a part of what an action has brought out, by the action's node and the fields that lead there.
pub type Brought<'a> = dyn Fn(&NodeId, &[String]) -> Option<Value> + 'a;

/// What is known when something is about to be done, and was not when it was compiled.
pub struct Known<'a> {
    /// What the run was started with.
    pub parameters: &'a BTreeMap<String, Value>,
    /// What actions have brought out.
    pub output: Box<Brought<'a>>,
}

impl<'a> Known<'a> {
    /// Before the first step.
    pub fn at_start(parameters: &'a BTreeMap<String, Value>) -> Self {
        Self { parameters, output: Box::new(|_, _| None) }
    }

    fn output_of(&self, named: &Value) -> Option<Value> {
        let node = NodeId(named.get("node")?.as_str()?.to_owned());
        let path: Vec<String> = serde_json::from_value(named.get("path")?.clone()).ok()?;
        (self.output)(&node, &path)
    }
}

/// Replaces `{"$parameter": …}`, `{"$output": …}` and `{"$concat": […]}` in a compiled value.
pub(crate) fn value(compiled: &Value, known: &Known<'_>) -> Value {
    match compiled {
        Value::Object(fields) => match (fields.get("$parameter"), fields.get("$output"), fields.get("$concat")) {
            (Some(Value::String(name)), ..) => known.parameters.get(name).cloned().unwrap_or(Value::Null),
            (_, Some(named), _) => known.output_of(named).unwrap_or(Value::Null),
            (_, _, Some(Value::Array(pieces))) => {
                Value::String(pieces.iter().map(|p| text(&value(p, known))).collect())
            }
            _ => Value::Object(fields.iter().map(|(k, v)| (k.clone(), value(v, known))).collect()),
        },
        Value::Array(items) => Value::Array(items.iter().map(|item| value(item, known)).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => compiled.clone(),
    }
}

/// The first output that a compiled value names and nobody has brought out, by its action.
pub(crate) fn missing(compiled: &Value, known: &Known<'_>) -> Option<String> {
    match compiled {
        Value::Object(fields) => match fields.get("$output") {
            Some(named) => known.output_of(named).is_none().then(|| words_of(named)),
            None => fields.values().find_map(|inner| missing(inner, known)),
        },
        Value::Array(items) => items.iter().find_map(|item| missing(item, known)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// `image` of `release/run-build`.
fn words_of(named: &Value) -> String {
    let node = named.get("node").and_then(Value::as_str).unwrap_or_default();
    let path = named.get("path").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let path: Vec<&str> = path.iter().filter_map(Value::as_str).collect();
    if path.is_empty() { format!("what `{node}` brings out") } else { format!("`{}` of `{node}`", path.join(".")) }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What is known of the releases that ran before a rollout.
#[derive(Clone, Copy, Debug, Default)]
pub struct Earlier<'a> {
    /// The release that runs.
    pub running: Option<&'a Release>,
    /// The one before it.
    pub previous: Option<&'a Release>,
}

/// The release a rollout brings.
///
/// # Errors
/// Why it is not known which, in words.
pub fn incoming(body: &Body, rollout: &Rollout, known: &Known<'_>, earlier: Earlier<'_>) -> Result<Release, String> {
    let service = body.services.get(&rollout.service).ok_or("its service is not in the plan")?;
    let artifact = artifact(rollout, known, earlier)?;
    let environment = body.environments.get(&rollout.environment).ok_or("its environment is not in the plan")?;
    let (source, mut runs) = (value(&service.artifact, known), value(&service.runs, known));
    for (path, changed) in &rollout.overrides {
        change(&mut runs, path.strip_prefix("runs.").unwrap_or(path), value(changed, known));
    }
    let runs = plan::database::reached(&runs, &environment.databases);
    Ok(Release::new(&rollout.service, artifact, source, runs, rollout.replicas))
}

fn artifact(rollout: &Rollout, known: &Known<'_>, earlier: Earlier<'_>) -> Result<Digest, String> {
    let place = format!("`{}` in `{}`", rollout.service, rollout.environment);
    let of = |release: Option<&Release>, which: &str| {
        let artifact = release.map(|release| release.artifact.clone());
        artifact.ok_or_else(|| format!("it is not known which release of {place} {which}"))
    };
    match &rollout.artifact {
        Input::Digest(digest) => Ok(digest.clone()),
        Input::Parameter(name) => {
            let given = known.parameters.get(name).and_then(Value::as_str).unwrap_or_default();
            Digest::parse(given).map_err(|e| e.to_string())
        }
        Input::Output { node, path } => {
            let brought = (known.output)(node, path);
            let text = brought.as_ref().and_then(Value::as_str);
            let text = text.ok_or_else(|| format!("`{node}` has not brought out the artifact of {place}"))?;
            Digest::parse(text).map_err(|e| format!("what `{node}` brought out: {e}"))
        }
        Input::Running => of(earlier.running, "runs"),
        Input::Previous => of(earlier.previous, "ran before"),
    }
}

/// Gives a field another value, by its path in a record; fields that are not there are made.
fn change(record: &mut Value, path: &str, changed: Value) {
    let place = path.split('.').fold(record, |record, field| {
        if !record.is_object() {
            *record = Value::Object(serde_json::Map::new());
        }
        &mut record[field]
    });
    *place = changed;
}

/// The questions to ask before the first effect: for each rollout whether its release could start and its traffic
/// could be shifted, for each action whether it could run. What waits for something that only the run brings out, or that
/// only the registry knows, cannot be asked about yet.
pub fn preflight(body: &Body, parameters: &BTreeMap<String, Value>) -> Result<Vec<(String, Task)>, String> {
    let known = Known::at_start(parameters);
    let mut questions = Vec::new();
    for rollout in body.rollouts.values() {
        let incoming = match &rollout.artifact {
            Input::Digest(_) | Input::Parameter(_) => Some(incoming(body, rollout, &known, Earlier::default())?),
            Input::Output { .. } | Input::Previous | Input::Running => None,
        };
        let state = RolloutState { incoming, ..RolloutState::default() };
        let ensure = Call::Ensure { release: Which::Incoming, instances: rollout.replicas };
        let shift = Call::Shift { weights: Vec::new(), running_at_most: None, cohort: None };
        let calls = [ensure, shift];
        questions.extend(calls.iter().filter_map(|call| task(body, Some((rollout, &state)), call, &known)));
    }
    let handlers = body.scopes.values().flat_map(|scope| &scope.on_failure);
    for node in body.nodes.iter().chain(handlers).chain(&body.finally) {
        if let plan::Work::Effect(plan::Effect { call: call @ Call::Act { binding, .. }, .. }) = &node.work
            && missing(&binding.config, &known).is_none()
        {
            questions.extend(task(body, None, call, &known));
        }
    }
    Ok(questions)
}

/// A call with everything bound, and its provider; none when it speaks of a release that is not there, which
/// makes it complete at once.
pub(crate) fn task(
    body: &Body,
    rollout: Option<(&Rollout, &RolloutState)>,
    call: &Call,
    known: &Known<'_>,
) -> Option<(String, Task)> {
    if let Call::Act { action, binding } = call {
        let task = Task::Act { action: action.clone(), config: value(&binding.config, known) };
        return Some((binding.provider.clone(), task));
    }
    let (rollout, state) = rollout?;
    let place = body.environments.get(&rollout.environment)?;
    let service_id = body.services.get(&rollout.service)?.id.clone();
    let environment = rollout.environment.clone();
    let config = |binding: &Binding| value(&binding.config, known);
    match call {
        Call::Act { .. } => None,
        Call::Ensure { release, instances } => {
            let release = release_of(state, *release)?.clone();
            let config = config(&place.compute);
            let task = Task::Ensure { environment, config, service_id, release, instances: *instances };
            Some((place.compute.provider.clone(), task))
        }
        Call::Stop { release, keep } => {
            let release = release_of(state, *release)?.clone();
            let task = Task::Stop { environment, config: config(&place.compute), service_id, release, keep: *keep };
            Some((place.compute.provider.clone(), task))
        }
        Call::Shift { weights, running_at_most, .. } => {
            let traffic = place.traffic.as_ref()?;
            let routes =
                weights.iter().filter_map(|(which, share)| route(state, *which, *share, *running_at_most)).collect();
            let task = Task::Shift { environment, config: config(traffic), service_id, routes };
            Some((traffic.provider.clone(), task))
        }
    }
}

fn route(state: &RolloutState, which: Which, share: Share, running_at_most: Option<u32>) -> Option<Route> {
    let release = release_of(state, which)?.id.clone();
    let instances = state.instances.get(&which).map(Vec::as_slice).unwrap_or_default();
    let at_most = match which {
        Which::Running => running_at_most.map_or(usize::MAX, |most| most as usize),
        Which::Incoming => usize::MAX,
    };
    let backends = instances.iter().take(at_most).map(|instance| instance.address.clone()).collect();
    Some(Route { release, share, backends })
}

pub(crate) fn release_of(state: &RolloutState, which: Which) -> Option<&Release> {
    match which {
        Which::Incoming => state.incoming.as_ref(),
        Which::Running => state.running.as_ref(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_not_brought_out_is_named() {
        let nothing = BTreeMap::new();
        let output = |node: &NodeId, path: &[String]| (node.0 == "r/build" && path == ["image"]).then(|| json!("sha"));
        let known = Known { parameters: &nothing, output: Box::new(output) };
        let named = |field: &str| json!({ "$output": { "node": "r/build", "path": [field] } });
        let compiled = json!({ "a": [named("image"), { "$concat": ["x-", named("image")] }] });
        assert_eq!(value(&compiled, &known), json!({ "a": ["sha", "x-sha"] }));
        assert_eq!(missing(&compiled, &known), None);
        assert_eq!(missing(&json!([named("log")]), &known).as_deref(), Some("`log` of `r/build`"));
    }

    #[test]
    fn fields_are_changed_where_they_are_or_are_to_be() {
        let mut runs = json!({ "machine": "small", "limits": { "memory": 1 } });
        change(&mut runs, "machine", json!("large"));
        change(&mut runs, "limits.memory", json!(2));
        change(&mut runs, "extra.deep", json!(3));
        assert_eq!(runs, json!({ "machine": "large", "limits": { "memory": 2 }, "extra": { "deep": 3 } }));
    }

    #[test]
    fn parameters_are_put_into_values_and_text() {
        let given = BTreeMap::from([("url".to_owned(), Value::from("http://x")), ("n".to_owned(), Value::from(3))]);
        let compiled = serde_json::json!({ "command": ["a", { "$concat": [{ "$parameter": "url" }, "/", { "$parameter": "n" }] }], "k": { "$parameter": "n" } });
        assert_eq!(
            value(&compiled, &Known::at_start(&given)),
            serde_json::json!({ "command": ["a", "http://x/3"], "k": 3 })
        );
    }
}
