//! The providers against real processes: scripts as artifacts, a real supervisor, real signals.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics, helpers included")]

mod conformance;
mod exec;
mod harness;
mod misbehaving_actions;
mod misbehaving_services;
mod observe;
mod orphans;
mod process;
mod proxy;
mod server;
mod torn;
mod versions;
