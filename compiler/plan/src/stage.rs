//! A stage of a rollout as people see it: its weight, and every particular that it has.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::quantity::Share;

/// One stage of a rollout, for people; its nodes carry what is done. A particular that is not written is absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stage {
    /// Its label, part of the API: the weight as written (`mirror 10%` for copies), told apart by a number when it
    /// repeats.
    pub label: String,
    /// The incoming release's share of the traffic.
    pub weight: Share,
    /// The share of the requests that is copied to the incoming release; nobody sees its answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mirror: Option<Share>,
    /// The users that the weight is a share of: a case of `std.traffic.Cohort`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cohort: Option<serde_json::Value>,
    /// What keeps a user on one side: a case of `std.traffic.Key`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticky: Option<serde_json::Value>,
    /// The share of the replicas that the running release keeps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keeping: Option<Share>,
    /// Instances above the replicas while they are replaced, as a share of the replicas, rounded down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub surge: Option<Share>,
    /// Replicas that may be missing while they are replaced, as a share of the replicas, rounded down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unavailable: Option<Share>,
    /// The running release is stopped before the incoming one starts.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_stop: bool,
    /// What holds it up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
}

/// Nothing goes on while a metric is beyond its limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// The metric, by its key in the body.
    pub metric: String,
    /// The condition in the one form that all its spellings have: `replica_lag > 5s`.
    pub text: String,
}

impl Stage {
    /// A stage without particulars.
    pub fn new(label: String, weight: Share) -> Self {
        Self {
            label,
            weight,
            mirror: None,
            cohort: None,
            sticky: None,
            keeping: None,
            surge: None,
            unavailable: None,
            after_stop: false,
            pause: None,
        }
    }
}
