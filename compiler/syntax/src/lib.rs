//! Text to tokens to syntax tree: never fails, never panics, says every error once.
//!
//! A file is cut into declarations by its tokens ([`items`]), and every declaration is parsed on its own
//! ([`parse_item`]), so that a change spoils and costs one declaration only. [`parse`] does both. All offsets
//! that [`parse_item`] gives count from the start of the declaration; [`parse`] gives diagnostics with
//! offsets in the file, and items with their absolute `start`.

pub mod ast;
mod balance;
mod depth;
mod expected;
mod format;
mod grammar;
mod hidden;
mod items;
mod keywords;
mod layout;
pub mod lex;
mod parse;
mod report;
mod significant;
mod strings;
pub mod walk;
mod words;

pub use balance::DEPTH_MAX;
pub use expected::{ASKED, Expected, expected};
pub use format::{LINE_MAX, format};
pub use hidden::hidden;
pub use items::{ItemRange, items};
pub use keywords::{Keywords, continuing, keywords};
pub use lex::place_in_string;
pub use parse::{FILE_BYTES_MAX, Parsed, ParsedItem, parse, parse_item};
pub use words::can_be_name;
