//! The plan: its windows, its schema, and what a reader refuses.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics, helpers included")]

mod reading;
mod schema;
mod windows;
