//! The proxy as its clients, its backends and its operator see it: real sockets on loopback.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on ends here")]

mod bodies;
mod control;
mod counting;
mod failing;
mod forwarding;
mod harness;
mod restarting;
mod switching;
