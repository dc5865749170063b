//! The engine in a world in memory, under virtual time, and with a disk that fails.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics, helpers included")]

mod beyond;
mod care;
mod clients;
mod crash_at_every_append;
mod expiry;
mod flow;
mod isolation;
mod keys;
mod locks;
mod outcomes;
mod rebuild;
mod stealing;
mod stopping;
mod world;
