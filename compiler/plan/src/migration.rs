//! What migrations do to databases, phase by phase.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::body::Body;
use crate::node::Retry;

/// A migration of a database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Migration {
    /// The database, by its key in the body.
    pub database: String,
    /// Its phases in order, each at most once; a node carries out one of them.
    pub phases: Vec<Phase>,
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

impl Phase {
    /// Which one it is.
    #[must_use]
    pub fn name(&self) -> PhaseName {
        match self {
            Self::Expand { .. } => PhaseName::Expand,
            Self::Backfill(_) => PhaseName::Backfill,
            Self::Contract { .. } => PhaseName::Contract,
        }
    }
}

/// The phases by name, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhaseName {
    /// `expand`
    Expand,
    /// `backfill`
    Backfill,
    /// `contract`
    Contract,
}

impl PhaseName {
    /// The word of the language for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Backfill => "backfill",
            Self::Contract => "contract",
        }
    }
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
    pub pause: Option<PauseLimit>,
}

/// A metric beyond a limit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PauseLimit {
    /// The metric, by its key in the body.
    pub metric: String,
    /// `>`, `>=`, `<` or `<=`.
    pub op: String,
    /// The limit, as values are written in a plan.
    pub limit: Value,
}

/// Carrying out one phase of a migration in an environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Migrate {
    /// The migration, by its key in the body.
    pub migration: String,
    /// Which of its phases.
    pub phase: PhaseName,
    /// The environment, by its key in the body; its `databases` say where the database is reached.
    pub environment: String,
    /// Bounds on trying a statement or a batch again.
    pub retry: Retry,
}

/// Says what is wrong with a phase that is to be carried out.
pub(crate) fn migrate_is_sound(body: &Body, id: &str, migrate: &Migrate) -> Result<(), String> {
    let Some(migration) = body.migrations.get(&migrate.migration) else {
        return Err(format!("`{id}` carries out `{}`, which is not there", migrate.migration));
    };
    if !migration.phases.iter().any(|phase| phase.name() == migrate.phase) {
        return Err(format!("`{}` has no phase `{}`", migrate.migration, migrate.phase.word()));
    }
    let environment = body.environments.get(&migrate.environment);
    if environment.is_some_and(|environment| !environment.databases.contains_key(&migration.database)) {
        return Err(format!("`{id}` does not know where `{}` is", migration.database));
    }
    Ok(())
}

/// Says what is wrong with a migration.
pub(crate) fn migration_is_sound(body: &Body, name: &str, migration: &Migration) -> Result<(), String> {
    if !body.databases.contains_key(&migration.database) {
        return Err(format!("the database `{}` of `{name}` is not there", migration.database));
    }
    if !migration.phases.is_sorted_by(|one, next| one.name() < next.name()) {
        return Err(format!("the phases of `{name}` are not in order"));
    }
    migration.phases.iter().try_for_each(|phase| match phase {
        Phase::Backfill(Backfill { batch: 0, .. }) => Err(format!("the backfill of `{name}` has batches of nothing")),
        Phase::Backfill(Backfill { pause: Some(pause), .. }) if !body.metrics.contains_key(&pause.metric) => {
            Err(format!("the backfill of `{name}` watches `{}`, which is not there", pause.metric))
        }
        Phase::Backfill(_) | Phase::Expand { .. } | Phase::Contract { .. } => Ok(()),
    })
}
