//! The simulator's tests: one binary, so that a change links once.

#[allow(dead_code, reason = "shared by tests that each need a part")]
#[path = "../../../machine/tests/suite/fixture/mod.rs"]
mod fixture;
mod golden;
mod quiet;
mod seeds;
