//! Databases that services share and migrations change.

use super::{Fields, Name, TypeRef};

/// `database name: Type { schema = "file.sql" }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Database {
    /// Its name.
    pub name: Name,
    /// The kind of database: `Postgres`, `Sqlite`, `Mysql`.
    pub ty: TypeRef,
    /// `schema`.
    pub fields: Fields,
}
