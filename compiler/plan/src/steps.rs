//! Work of steps that are neither a rollout nor an action, an approval or a hold.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::body::Input;
use crate::node::Guard;
use crate::quantity::Share;
use crate::stage::Pause;

/// Waiting for a time of day: the next one, at most a day and a change of clocks away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WaitUntil {
    /// Minutes since midnight.
    pub minutes: u16,
    /// The IANA name of the time zone.
    pub zone: String,
}

/// Bringing services back to the releases that ran before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rollback {
    /// Rollouts of this plan by their keys, in the order in which they go back; one that has not finished is left out.
    pub rollouts: Vec<String>,
}

/// Raising a flag's exposure to one stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expose {
    /// The flag, by its key in the body.
    pub flag: String,
    /// The step that it is a stage of. All stages of one step go back together, to what was shown before the first.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub step: String,
    /// The environment, by its key in the body.
    pub environment: String,
    /// The users among whom the share counts; all if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cohort: Option<String>,
    /// What it is raised to.
    pub stage: ExposeStage,
}

/// One stage of an exposure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExposeStage {
    /// The share of the users that see it.
    pub share: Share,
    /// The users that the share is one of: a case of `std.traffic.Cohort`; those of the step when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cohort: Option<serde_json::Value>,
    /// What keeps a user on one side: a case of `std.traffic.Key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticky: Option<serde_json::Value>,
    /// How long it stays there, in milliseconds.
    pub hold_ms: u64,
    /// The gate that guards it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guard>,
    /// What holds it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
}

impl ExposeStage {
    /// A share without a hold.
    pub fn at_once(share: Share) -> Self {
        Self { share, cohort: None, sticky: None, hold_ms: 0, guard: None, pause: None }
    }
}

/// Giving a release copies of requests for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mirror {
    /// The environment, by its key in the body.
    pub environment: String,
    /// The service, by its key in the body.
    pub service: String,
    /// The release's artifact.
    pub artifact: Input,
    /// Fields of the service that differ in this release, by path.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub overrides: BTreeMap<String, serde_json::Value>,
    /// The share of the requests that is copied.
    pub share: Share,
    /// How long, in milliseconds.
    pub duration_ms: u64,
    /// The gate that guards it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub guard: Option<Guard>,
}
