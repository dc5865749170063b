//! What a service relies on and promises, and what of it runs today.

use diagnostics::Span;
use smol_str::SmolStr;

pub use syntax::ast::AccessVerb;

/// One clause of a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContractClause {
    /// What is done with a table.
    Access {
        /// What.
        verb: AccessVerb,
        /// The database.
        database: SmolStr,
        /// The table.
        table: SmolStr,
        /// The columns; none where rows are deleted.
        columns: Vec<SmolStr>,
    },
    /// An index that queries need.
    Index {
        /// The database.
        database: SmolStr,
        /// The table.
        table: SmolStr,
        /// The columns, in the order of the index.
        columns: Vec<SmolStr>,
    },
    /// An interface that others may call.
    Provides {
        /// Its name.
        interface: SmolStr,
        /// The lowest and the highest version that is answered.
        versions: (i64, i64),
    },
    /// An interface of another service.
    Calls {
        /// The service.
        service: SmolStr,
        /// The interface.
        interface: SmolStr,
        /// The version that is spoken.
        version: i64,
    },
}

/// What runs of a service in an environment, as a reviewed file says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Released {
    /// The service.
    pub service: SmolStr,
    /// The environment.
    pub environment: SmolStr,
    /// Where it is recorded.
    pub span: Span,
    /// What people call the release.
    pub release: SmolStr,
    /// Its artifact, `sha256:` and 64 digits.
    pub artifact: Option<SmolStr>,
    /// What it relies on and promises.
    pub contract: Vec<ContractClause>,
}
