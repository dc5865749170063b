//! What an edit makes run again and what it leaves alone, and that the answer is always the one of a fresh start.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod answers;
mod edits;
mod equal;
mod forms;
mod numbers;
mod reruns;
mod spoil;
mod world;

use std::sync::Arc;

use semantics::SourceText;

fn file(path: &str, text: &str) -> SourceText {
    SourceText { path: path.to_owned(), text: Arc::from(text) }
}
