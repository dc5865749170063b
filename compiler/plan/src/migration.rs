//! Databases, and what migrations do to them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::release::Digest;

/// A database as it is declared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The kind of database: `postgres`, `sqlite`, `mysql` or one of a provider's own.
    pub provider: String,
    /// The record it is given.
    pub config: serde_json::Value,
    /// SHA-256 of the schema file that the sources were checked against; none where the project has no such file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Digest>,
}

/// Where the databases of an environment are reached: a secret by reference, by the database's key in the body.
pub type Urls = BTreeMap<String, serde_json::Value>;

/// One phase of a migration, carried out in one environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Migrate {
    /// The migration's name.
    pub migration: String,
    /// The database, by its key in the body.
    pub database: String,
    /// The environment, by its key in the body.
    pub environment: String,
    /// What is done.
    pub phase: Phase,
}

/// A phase of a migration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Phase {
    /// Adds what the running release does not notice.
    Expand {
        /// SQL statements, in order, each in a message of its own.
        statements: Vec<String>,
    },
    /// Gives rows a value.
    Backfill(Backfill),
    /// Takes away what nobody relies on any more.
    Contract {
        /// SQL statements, in order, each in a message of its own.
        statements: Vec<String>,
    },
}

/// Rows that are given a value, batch by batch in the order of a key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Backfill {
    /// The table.
    pub table: String,
    /// The column whose order the batches follow.
    pub key: String,
    /// Assignments, as SQL: what stands behind `SET`.
    pub set: String,
    /// Which rows, as SQL: what stands behind `WHERE`; all of them when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// Rows of one batch, at least one.
    pub batch: u32,
    /// While this holds, no batch begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pause>,
}

/// A metric beyond a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pause {
    /// The metric's name.
    pub metric: String,
    /// `>`, `>=`, `<` or `<=`.
    pub op: String,
    /// The limit, as values are written in a plan.
    pub limit: serde_json::Value,
}

/// What runs of a service before a rollout, as the sources recorded it.
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
