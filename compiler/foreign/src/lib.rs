//! Texts in other languages inside of ours: SQL and PromQL, read by their own parsers, behind types of our own.
//!
//! Everything is a pure function of text. Size and depth are limited before a parser runs, because the parsers
//! recurse. What a parser cannot read is a fault, and what follows from it is unknown, never guessed.

mod limits;
pub mod promql;
pub mod sql;

use std::ops::Range;

pub use limits::{DEPTH_MAX, SCHEMA_BYTES_MAX, TEXT_BYTES_MAX};

/// Why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong, as a sentence without a full stop.
    pub message: String,
    /// The bytes that it is about; none where the parser does not say, which means the whole text.
    pub range: Option<Range<usize>>,
}

impl Fault {
    fn whole(message: impl Into<String>) -> Self {
        Self { message: message.into(), range: None }
    }

    fn at(range: Range<usize>, message: impl Into<String>) -> Self {
        Self { message: message.into(), range: Some(range) }
    }
}
