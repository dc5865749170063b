//! Effects as a journal tells them: what was intended, and what became of it.

use machine::ports::provider::{Outcome, Outputs, Probe};
use serde::Serialize;
use serde_json::Value;

/// One attempt at an effect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Effect {
    /// When it was intended, UTC milliseconds.
    pub(crate) at_ms: i64,
    /// The step.
    pub(crate) node: String,
    /// Who was asked.
    pub(crate) provider: String,
    /// Which attempt.
    pub(crate) attempt: u64,
    /// Its idempotency key.
    pub(crate) key: String,
    /// What was asked, with everything bound.
    pub(crate) task: Value,
    /// When it was settled, and how; none while that is not known.
    pub(crate) settled_ms: Option<i64>,
    pub(crate) outcome: Option<String>,
}

impl Effect {
    /// The effect that a record announces, if it does.
    pub(super) fn intended(at_ms: i64, body: &Value) -> Option<Self> {
        let intent = body.get("intent")?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let request = &intent["request"];
        Some(Self {
            at_ms,
            node: text(&intent["node"]),
            provider: text(&intent["provider"]),
            attempt: request["attempt"].as_u64().unwrap_or_default(),
            key: text(&request["key"]),
            task: request["task"].clone(),
            settled_ms: None,
            outcome: None,
        })
    }

    /// What was asked in a few words: the task, and what it was about.
    pub(super) fn asked(&self) -> String {
        let Some((task, asked)) = self.task.as_object().and_then(|task| task.iter().next()) else {
            return "-".to_owned();
        };
        let about = [&asked["release"]["id"], &asked["action"], &asked["service_id"]];
        let about = about.into_iter().find_map(Value::as_str).unwrap_or_default();
        let shares = asked["routes"].as_array().into_iter().flatten();
        let shares: Vec<String> =
            shares.map(|route| format!("{} {}", text(&route["release"]), text(&route["share"]))).collect();
        format!("{task} {about} {}", shares.join(", ")).trim().to_owned()
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Writes what became of the latest effect of this step and attempt.
pub(super) fn settle(effects: &mut [Effect], at_ms: i64, node: &str, attempt: u32, outcome: String) {
    let same = |effect: &&mut Effect| effect.node == node && effect.attempt == u64::from(attempt);
    if let Some(effect) = effects.iter_mut().rev().find(same) {
        (effect.settled_ms, effect.outcome) = (Some(at_ms), Some(outcome));
    }
}

pub(super) fn outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done(outputs) => format!("done{}", outputs_in_words(outputs)),
        Outcome::Failed { retryable: true, message } => format!("failed, to be tried again: {message}"),
        Outcome::Failed { retryable: false, message } => format!("failed: {message}"),
        Outcome::Unknown { message } => format!("unknown: {message}"),
    }
}

pub(super) fn probe(probe: &Probe) -> String {
    match probe {
        Probe::Took(outputs) => format!("took effect, as was asked afterwards{}", outputs_in_words(outputs)),
        Probe::DidNot => "did not take effect, as was asked afterwards".to_owned(),
        Probe::CannotTell(why) => format!("unknown, also when asked afterwards: {why}"),
    }
}

fn outputs_in_words(outputs: &Outputs) -> String {
    match outputs {
        Outputs::None => String::new(),
        Outputs::Instances(instances) => {
            let ids: Vec<&str> = instances.iter().map(|instance| instance.id.as_str()).collect();
            format!(": {}", ids.join(", "))
        }
        Outputs::Value(value) => format!(": {value}"),
    }
}
