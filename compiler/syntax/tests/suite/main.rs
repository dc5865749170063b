//! The tree and the formatter: by example, and on any text.

mod error_pages;
mod formatter;
mod recovery;
mod robustness;
mod trees;
