//! What is shown of diagnostics: the renderers, and the hosts they are for.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics, helpers included")]

mod hosts;
mod renderers;
