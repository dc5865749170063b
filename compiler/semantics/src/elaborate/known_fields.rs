//! The fields of declarations that the compiler itself knows; those of records are declared in the language.

/// What an environment says.
pub(crate) const ENVIRONMENT: [&str; 9] =
    ["compute", "traffic", "metrics", "alerts", "notify", "secrets", "drift", "window", "freeze"];
/// What an environment says of a service or a database.
pub(crate) const BOUND: [&str; 3] = ["replicas", "traffic", "url"];
pub(crate) const SERVICE: [&str; 3] = ["id", "artifact", "runs"];
pub(crate) const METRIC: [&str; 6] = ["bad", "good", "total", "usual", "value", "range"];
pub(crate) const ACTION: [&str; 1] = ["runs"];
pub(crate) const FLAG: [&str; 6] = ["id", "owner", "expires", "service", "default", "cohorts"];
pub(crate) const RELEASED: [&str; 1] = ["artifact"];
