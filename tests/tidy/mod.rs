//! The rules of the tree as tests, so that `docs/architecture.md` cannot quietly become untrue.

mod error_pages;
mod files;
mod homes;
mod links;
mod map;
mod purity;
mod queries;
mod repository;
mod strategy_names;
mod walls;

/// Fails with every complaint at once, each of which says what to do.
fn nothing_to_say(complaints: Vec<String>) {
    assert!(complaints.is_empty(), "\n  {}\n", complaints.join("\n  "));
}
