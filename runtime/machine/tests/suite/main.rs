//! The machine: by example, on any journal, on plans that are large or unsound.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics, helpers included")]

mod any_journal;
mod databases;
mod fixture;
mod format_1;
mod format_2;
mod judging;
mod large;
mod stopping;
mod tables;
mod unsound;
