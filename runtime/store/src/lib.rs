//! Where runs are kept: in memory for tests and simulation, in SQLite for a host. One trait, one conformance
//! suite; everything above sees only [`machine::ports::store::Store`].

mod continuity;
mod directory;
pub mod memory;
pub mod sqlite;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod model;
