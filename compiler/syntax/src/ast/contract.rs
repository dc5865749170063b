//! What a service relies on and promises: columns of databases, interfaces of other services.

use super::{Expr, Name, Range};

/// One clause of a service's contract.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ContractClause {
    /// Where it stands.
    pub range: Range,
    /// What it says.
    pub kind: ContractKind,
}

/// The kinds of clause.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ContractKind {
    /// `reads database.table { columns }`
    Access {
        /// What is done with the table.
        verb: AccessVerb,
        /// The table.
        table: TableRef,
        /// The columns; none where none are written.
        columns: Vec<Name>,
    },
    /// `needs index database.table(columns)`
    Index {
        /// The table.
        table: TableRef,
        /// The columns, in the order of the index.
        columns: Vec<Name>,
    },
    /// `provides name: 1..2`
    Provides {
        /// The interface.
        interface: Name,
        /// The versions that are answered: one, or a range.
        versions: Expr,
    },
    /// `calls service.name: 2`
    Calls {
        /// The service.
        service: Name,
        /// Its interface.
        interface: Name,
        /// The version that is spoken.
        version: Expr,
    },
    /// A name alone, which says nothing.
    Stray(Name),
}

/// What a release does with a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AccessVerb {
    /// Selects these columns.
    Reads,
    /// Adds rows that give these columns.
    Inserts,
    /// Changes these columns.
    Updates,
    /// Adds rows or changes them.
    Upserts,
    /// Removes rows.
    Deletes,
    /// Reads and writes exactly these columns.
    Needs,
}

/// `database.table`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TableRef {
    /// The database.
    pub database: Name,
    /// The table in it.
    pub table: Name,
}
