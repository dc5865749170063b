//! What the tests of commands and whole runs stand on: the built binaries, a place of their own, waiting for
//! conditions, and an end to every process they started.

pub(crate) mod command;
pub(crate) mod ledger;
pub(crate) mod processes;
pub(crate) mod site;
pub(crate) mod wait;
