//! Names, types, units, values: by example, and against laundering and limits.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics, helpers included")]

mod laundering;
mod limits;
mod model;
mod names;
mod units;
