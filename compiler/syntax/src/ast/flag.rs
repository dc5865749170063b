//! Feature flags: code that is deployed but not exposed.

use super::{Fields, Name};

/// `flag name { owner = …, expires = …, service = … }`
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Flag {
    /// Its name.
    pub name: Name,
    /// `id`, `owner`, `expires`, `service`, `default`, `cohorts`.
    pub fields: Fields,
}
