//! Puts what is known when a run starts into what was compiled: parameters, releases, addresses.

use std::collections::BTreeMap;

use plan::{Binding, Body, Call, Input, Parameter, ParameterType, Release, Rollout, Share, Which};
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
            plan::Digest::parse(text).map(|d| Value::String(d.into())).map_err(|e| format!("`{name}`: {e}"))
        }
        ParameterType::String => Ok(Value::String(text.clone())),
        ParameterType::Int => text.parse::<i64>().map(Value::from).map_err(|_| wrong("a whole number")),
        ParameterType::Bool => text.parse::<bool>().map(Value::from).map_err(|_| wrong("`true` or `false`")),
        ParameterType::Duration => duration_ms(text).map(Value::from).ok_or_else(|| wrong("a duration such as `30s`")),
    }
}

/// Replaces `{"$parameter": …}` and `{"$concat": […]}` in a compiled value.
pub(crate) fn value(compiled: &Value, parameters: &BTreeMap<String, Value>) -> Value {
    match compiled {
        Value::Object(fields) => match (fields.get("$parameter"), fields.get("$concat")) {
            (Some(Value::String(name)), _) => parameters.get(name).cloned().unwrap_or(Value::Null),
            (_, Some(Value::Array(pieces))) => {
                Value::String(pieces.iter().map(|p| text(&value(p, parameters))).collect())
            }
            _ => Value::Object(fields.iter().map(|(k, v)| (k.clone(), value(v, parameters))).collect()),
        },
        Value::Array(items) => Value::Array(items.iter().map(|item| value(item, parameters)).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => compiled.clone(),
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The release a rollout brings.
pub(crate) fn incoming(
    body: &Body,
    rollout: &Rollout,
    parameters: &BTreeMap<String, Value>,
) -> Result<Release, String> {
    let service = body.services.get(&rollout.service).ok_or("its service is not in the plan")?;
    let artifact = match &rollout.artifact {
        Input::Digest(digest) => digest.clone(),
        Input::Parameter(name) => {
            let given = parameters.get(name).and_then(Value::as_str).unwrap_or_default();
            plan::Digest::parse(given).map_err(|e| e.to_string())?
        }
        Input::Output { .. } | Input::Previous | Input::Running => {
            return Err("this runtime cannot find its artifact".to_owned());
        }
    };
    let environment = body.environments.get(&rollout.environment).ok_or("its environment is not in the plan")?;
    let (source, runs) = (value(&service.artifact, parameters), value(&service.runs, parameters));
    let runs = plan::database::reached(&runs, &environment.databases);
    Ok(Release::new(&rollout.service, artifact, source, runs, rollout.replicas))
}

/// The questions to ask before the first effect: for each rollout whether its release could start and its traffic
/// could be shifted, for each action whether it could run.
pub fn preflight(body: &Body, parameters: &BTreeMap<String, Value>) -> Result<Vec<(String, Task)>, String> {
    let mut questions = Vec::new();
    for rollout in body.rollouts.values() {
        let state = RolloutState { incoming: Some(incoming(body, rollout, parameters)?), ..RolloutState::default() };
        let ensure = Call::Ensure { release: Which::Incoming, instances: rollout.replicas };
        let shift = Call::Shift { weights: Vec::new(), running_at_most: None, cohort: None };
        let calls = [ensure, shift];
        questions.extend(calls.iter().filter_map(|call| task(body, Some((rollout, &state)), call, parameters)));
    }
    let handlers = body.scopes.values().flat_map(|scope| &scope.on_failure);
    for node in body.nodes.iter().chain(handlers).chain(&body.finally) {
        if let plan::Work::Effect(plan::Effect { call: call @ Call::Act { .. }, .. }) = &node.work {
            questions.extend(task(body, None, call, parameters));
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
    parameters: &BTreeMap<String, Value>,
) -> Option<(String, Task)> {
    if let Call::Act { action, binding } = call {
        let task = Task::Act { action: action.clone(), config: value(&binding.config, parameters) };
        return Some((binding.provider.clone(), task));
    }
    let (rollout, state) = rollout?;
    let place = body.environments.get(&rollout.environment)?;
    let service_id = body.services.get(&rollout.service)?.id.clone();
    let environment = rollout.environment.clone();
    let config = |binding: &Binding| value(&binding.config, parameters);
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

    #[test]
    fn parameters_are_put_into_values_and_text() {
        let given = BTreeMap::from([("url".to_owned(), Value::from("http://x")), ("n".to_owned(), Value::from(3))]);
        let compiled = serde_json::json!({ "command": ["a", { "$concat": [{ "$parameter": "url" }, "/", { "$parameter": "n" }] }], "k": { "$parameter": "n" } });
        assert_eq!(value(&compiled, &given), serde_json::json!({ "command": ["a", "http://x/3"], "k": 3 }));
    }
}
