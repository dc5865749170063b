//! What a release relies on and promises, and what is recorded to run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::canonical;
use crate::release::Digest;

/// One thing that a release relies on or promises.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Clause {
    /// What it does with a table.
    Access {
        /// What.
        verb: Verb,
        /// The database's name.
        database: String,
        /// The table.
        table: String,
        /// The columns, sorted; none where rows are deleted.
        columns: Vec<String>,
    },
    /// An index that its queries need.
    Index {
        /// The database's name.
        database: String,
        /// The table.
        table: String,
        /// The columns, in the order of the index.
        columns: Vec<String>,
    },
    /// An interface that others may call.
    Provides {
        /// Its name.
        interface: String,
        /// The lowest version that is answered.
        from: i64,
        /// The highest one.
        to: i64,
    },
    /// An interface of another service.
    Calls {
        /// The service's name.
        service: String,
        /// The interface.
        interface: String,
        /// The version that is spoken.
        version: i64,
    },
}

/// What is done with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verb {
    /// Columns are selected.
    Reads,
    /// Rows are added.
    Inserts,
    /// Columns are changed.
    Updates,
    /// Rows are added, or changed where they are there.
    Upserts,
    /// Rows are removed.
    Deletes,
    /// Exactly these columns are read and written.
    Needs,
}

/// What runs of a service in an environment, as the sources record it: what a plan pins the digest of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Record {
    /// The service's name.
    pub service: String,
    /// The environment's name.
    pub environment: String,
    /// What people call the release.
    pub release: String,
    /// Its artifact, if it is recorded.
    pub artifact: Option<Digest>,
    /// What it relies on and promises, sorted.
    pub contract: Vec<Clause>,
}

impl Record {
    /// What a plan pins of it: the same for the same content, however it is written.
    #[must_use]
    pub fn pinned(&self) -> Released {
        let record = Digest::of(&canonical::to_bytes(self));
        Released { release: self.release.clone(), artifact: self.artifact.clone(), record }
    }
}

/// What a plan says of a record of what runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Released {
    /// What people call the release.
    pub release: String,
    /// Its artifact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifact: Option<Digest>,
    /// SHA-256 over the canonical record: service, environment, release, artifact and contract.
    pub record: Digest,
}
