//! Where runs are kept: in memory for tests and simulation, in SQLite for a host. One trait, one conformance
//! suite; everything above sees only [`machine::ports::store::Store`].

#[cfg(feature = "sqlite")]
pub mod audit;
#[cfg(feature = "sqlite")]
pub mod backup;
mod continuity;
#[cfg(feature = "sqlite")]
mod directory;
#[cfg(feature = "sqlite")]
pub mod health;
pub mod memory;
pub mod registry;
#[cfg(feature = "sqlite")]
pub mod sqlite;
#[cfg(feature = "sqlite")]
pub mod texts;

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod model;
