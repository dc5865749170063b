//! Databases, and what is done to them.

use std::sync::Arc;

use diagnostics::Span;
use smol_str::SmolStr;

use super::Metric;
use crate::value::Value;

/// A database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// What it was called before.
    pub formerly: Option<SmolStr>,
    /// The provider's name, from `@provider("…")` on the record's type: `postgres`, `sqlite`, `mysql`.
    pub provider: SmolStr,
    /// The record.
    pub config: Value,
    /// The text of its schema file, where the project has it.
    pub schema: Option<Arc<str>>,
}

/// What an environment says of one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseBind {
    /// The database.
    pub database: SmolStr,
    /// Where it stands.
    pub span: Span,
    /// Where it is reached: a secret.
    pub url: Value,
}

/// A migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its name.
    pub name: SmolStr,
    /// Its name in the source.
    pub span: Span,
    /// What it was called before.
    pub formerly: Option<SmolStr>,
    /// What it changes.
    pub database: Arc<Database>,
    /// Its phases, in their order.
    pub phases: Vec<MigrationPhase>,
}

/// A phase of a migration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MigrationPhase {
    /// Where it stands.
    pub span: Span,
    /// What is done.
    pub kind: PhaseKind,
}

/// What a phase does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PhaseKind {
    /// Adds what the running release does not notice: statements, in order.
    Expand(Vec<SmolStr>),
    /// Gives rows a value.
    Backfill(Box<Backfill>),
    /// Takes away what nobody relies on any more: statements, in order.
    Contract(Vec<SmolStr>),
}

impl PhaseKind {
    /// Which phase it is.
    #[must_use]
    pub fn name(&self) -> PhaseName {
        match self {
            Self::Expand(_) => PhaseName::Expand,
            Self::Backfill(_) => PhaseName::Backfill,
            Self::Contract(_) => PhaseName::Contract,
        }
    }
}

/// The phases by name, in the order in which they are carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PhaseName {
    /// `expand`
    Expand,
    /// `backfill`
    Backfill,
    /// `contract`
    Contract,
}

impl PhaseName {
    /// All of them, in order.
    pub const ALL: [Self; 3] = [Self::Expand, Self::Backfill, Self::Contract];

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Backfill => "backfill",
            Self::Contract => "contract",
        }
    }
}

/// Rows that are given a value, a bounded number at a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backfill {
    /// The table.
    pub table: SmolStr,
    /// The column that orders its rows.
    pub key: SmolStr,
    /// Assignments, as SQL.
    pub set: SmolStr,
    /// Which rows, as SQL; all of them when not written.
    pub filter: Option<SmolStr>,
    /// Rows of one batch.
    pub batch: u32,
    /// While this holds, no batch begins.
    pub pause: Option<BackfillPause>,
}

/// A metric beyond a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackfillPause {
    /// The metric.
    pub metric: Arc<Metric>,
    /// `>`, `>=`, `<` or `<=`.
    pub op: &'static str,
    /// The limit.
    pub limit: Value,
}
