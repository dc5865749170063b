//! Names, types, units and values: from syntax trees to a model that checks and lowering can trust.
//!
//! The facade is [`SemanticModel`] over a [`Database`]; nothing else of the query machinery leaves this crate.

mod ask;
mod core;
mod core_walk;
mod database;
mod elaborate;
mod evaluate;
mod exact;
mod facade;
mod fields;
pub mod governance;
mod library;
mod methods;
pub mod model;
mod queries;
mod relocate;
mod sources;
mod types;
pub mod units;
pub mod value;
mod view;

pub use ask::{Called, Candidate, Defined, Expression, Given, Local, Mention, Origin, Sort, Symbol, Wants};
pub use database::{Cancelled, Database, SourceText, Uses, Withdrawal, answered};
pub use facade::{Declaration, SemanticModel, Tree, WorkflowRef};
pub use queries::module::VENDOR;
