//! A feature flag as a plan shows it: what is exposed, who removes it, and by when.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::body::is_false;

/// Code that is deployed on its own and exposed on its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Flag {
    /// Its name outside the language, as the service asks for it.
    pub id: String,
    /// Who removes it.
    pub owner: String,
    /// The last day that it may be there, `2027-03-31`.
    pub expires: String,
    /// The service whose code reads it, by its key in the body.
    pub service: String,
    /// What those see to whom it is not exposed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub default: bool,
    /// The cohorts that it can be exposed to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cohorts: Vec<String>,
}
