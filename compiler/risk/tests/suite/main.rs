//! The report, against numbers that were worked out elsewhere, and against what must hold between reports.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics, helpers included")]

mod fixture;
mod growth;
mod picture;
mod reading;
mod sights;
mod spends;
