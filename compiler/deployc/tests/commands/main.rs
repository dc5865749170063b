//! Every command as a user types it: what it prints, what it writes, and how it ends.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its folder has nothing to say")]

mod build;
mod check;
mod explain;
mod fmt;
mod graph;
mod pages;
mod run;
mod scenarios;
mod site;
mod test;
