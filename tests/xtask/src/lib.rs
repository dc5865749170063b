//! What the demonstration and the tests of whole runs share: holding the runtime's word against the users'.

pub mod witness;
