//! Names, types, units and values: from syntax trees to a model that checks and lowering can trust.
//!
//! The facade is [`SemanticModel`] over a [`Database`]; nothing else of the query machinery leaves this crate.

mod database;
mod facade;
mod library;
pub mod model;
mod sources;
pub mod value;

pub use database::{Database, SourceText};
pub use facade::{Declaration, SemanticModel, WorkflowRef};
