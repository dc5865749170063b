//! What lowering makes of models: golden plans, one line a node, and what it refuses.

#![allow(clippy::unwrap_used, reason = "a test ends where something is not as it must be")]

mod golden;
mod graph;
mod models;
mod payment;
mod refused;
mod rows;
mod stability;
mod steps;
mod text;
mod window;
