//! What lowering makes of models: golden plans, one line a node, and what it refuses.

mod golden;
mod graph;
mod models;
mod refused;
mod rows;
mod stability;
mod steps;
mod text;
mod window;
