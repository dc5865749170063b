//! Every command as a user types it: what it prints, what it writes, and how it ends.
#![allow(clippy::unwrap_used, reason = "a test that cannot set up its folder has nothing to say")]

mod build;
mod check;
mod coverage;
mod diff;
mod explain;
mod fix;
mod fmt;
mod graph;
mod hosts;
mod junit;
mod lsp;
mod opening;
mod pages;
mod remedies;
mod renaming;
mod run;
mod scenarios;
mod site;
mod test;
mod variants;
mod vendor;
mod verify;
mod watch;
