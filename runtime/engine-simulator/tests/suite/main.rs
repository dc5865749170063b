//! The engine's simulation: one binary, so that a change links once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics, helpers included")]

mod seeds;
