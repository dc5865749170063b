//! The tree and the formatter: by example, and on any text.

mod error_pages;
mod formatter;
mod keywords;
mod recovery;
mod robustness;
mod trees;
