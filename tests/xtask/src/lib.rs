//! What the project's own commands and the tests of whole runs share: holding the runtime's word against the users',
//! killing it at every point, and bugs that its simulator must find.

pub mod cleanup;
pub mod killing;
pub mod planting;
pub mod witness;
