//! The formatter: one style, from tokens alone, so that it keeps every comment.
//!
//! Two spaces of indentation, one space around operators, one entry on each line of a block. What the author
//! wrote on one line stays there if it fits; what was broken stays broken; at most one empty line in a row.

mod print;
mod space;
mod tree;

use diagnostics::{Diagnostic, FileId};

/// The longest line that a block may take to stay on one line, in characters.
pub const LINE_MAX: usize = 120;

/// The text in the one style of the language. Formatting twice changes nothing more.
///
/// # Errors
/// The syntax errors of the text, in file 0: what cannot be read is not rearranged.
pub fn format(text: &str) -> Result<String, Vec<Diagnostic>> {
    let errors = crate::parse(text, FileId(0)).diagnostics;
    if errors.is_empty() { Ok(print::print(&tree::build(text))) } else { Err(errors) }
}
