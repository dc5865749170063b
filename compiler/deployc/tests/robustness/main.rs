//! Nothing that is written brings a phase of the compiler down, and what has no error becomes a whole plan.
//!
//! A test looks at a few inputs; `cargo xtask fuzz` gives the same tests its minutes, and all the inputs there are.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod corpus;
mod desk;
mod edits;
mod fuzz;
mod mutate;
mod nasty;
mod numbers;
mod proving;
mod removals;
mod shrink;
mod targets;
