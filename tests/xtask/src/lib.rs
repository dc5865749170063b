//! What the project's own commands and the tests of whole runs share: holding the runtime's word against the users', and
//! killing it at every point.

pub mod cleanup;
pub mod killing;
pub mod witness;
