//! The simulator's tests: one binary, so that a change links once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics, helpers included")]

mod aimed;
mod edited;
#[allow(dead_code, reason = "shared by tests that each need a part")]
#[path = "../../../machine/tests/suite/fixture/mod.rs"]
mod fixture;
mod golden;
mod kinds;
mod mended;
mod mutants;
mod quiet;
mod scripted;
mod seeds;
mod told;
mod verified;
