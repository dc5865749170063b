//! Migrations: what is done to a database, in phases.

use super::{Accept, Expr, Name, Range};

/// `migration name on database { phases }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Migration {
    /// Its name.
    pub name: Name,
    /// The database that it changes.
    pub database: Name,
    /// Its phases, in order.
    pub phases: Vec<Phase>,
    /// Exceptions.
    pub accepts: Vec<Accept>,
    /// The braces and what is between them.
    pub range: Range,
}

/// One phase of a migration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Phase {
    /// Where its first word stands.
    pub head: Range,
    /// From its first word to its end.
    pub range: Range,
    /// What is done.
    pub kind: PhaseKind,
}

/// The kinds of phase.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PhaseKind {
    /// `expand { sql "…" }`: what the running release does not notice.
    Expand(Vec<Statement>),
    /// `backfill table by column set "…" where "…" in batches of N, pause when metric > limit`
    Backfill(Box<Backfill>),
    /// `contract { sql "…" }`: what the running release must have stopped relying on.
    Contract(Vec<Statement>),
    /// `pause when …` without a backfill before it.
    StrayPause,
    /// `sql "…"` outside of the phases.
    StraySql,
    /// Not readable; already reported.
    Error,
}

/// One statement of a phase.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Statement {
    /// `sql "…"`: the string.
    Sql(Expr),
    /// Not readable; already reported.
    Error,
}

/// Rows that are given a value, a bounded number at a time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Backfill {
    /// The table.
    pub table: Name,
    /// The column that orders its rows.
    pub key: Name,
    /// The string after `set`: assignments.
    pub set: Expr,
    /// The string after `where`: which rows; all of them when not written.
    pub filter: Option<Expr>,
    /// Rows of one batch.
    pub batch: Expr,
    /// After `pause when`: while this holds, no batch begins.
    pub pause: Option<Expr>,
}
