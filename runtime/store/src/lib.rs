//! Where runs are kept: in memory for tests and simulation, in SQLite for a host. One trait, one conformance
//! suite; everything above sees only [`machine::ports::store::Store`].

pub mod audit;
pub mod backup;
mod continuity;
mod directory;
pub mod health;
pub mod memory;
pub mod registry;
pub mod sqlite;
pub mod texts;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod model;
