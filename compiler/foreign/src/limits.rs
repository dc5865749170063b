//! What a text may have at most, counted before a parser that recurses sees it.

use crate::Fault;

/// Most bytes of one statement or query: 64 KiB.
pub const TEXT_BYTES_MAX: usize = 64 << 10;

/// Most bytes of a schema file: 8 MiB.
pub const SCHEMA_BYTES_MAX: usize = 8 << 20;

/// Most brackets and operators inside each other.
pub const DEPTH_MAX: usize = 256;

/// Stack that a parser is given: what it takes at the greatest depth, and some.
const STACK: usize = 64 << 20;

/// Words that nest what stands behind them, in SQL or PromQL.
const NESTING: &[&str] = &[
    "and",
    "or",
    "not",
    "unless",
    "case",
    "when",
    "else",
    "select",
    "union",
    "except",
    "intersect",
    "join",
    "is",
    "in",
    "like",
    "ilike",
    "similar",
    "between",
    "exists",
    "array",
    "collate",
    "if",
    "elsif",
    "loop",
    "begin",
    "isnull",
    "notnull",
    "at",
    "bool",
    "on",
    "by",
    "ignoring",
    "offset",
];

/// Runs a parser on a stack that is large enough for everything that [`check`] lets through.
pub(crate) fn with_stack<T>(parse: impl FnOnce() -> T) -> T {
    stacker::grow(STACK, parse)
}

/// Says whether the text may be parsed.
pub(crate) fn check(text: &str, bytes_max: usize) -> Result<(), Fault> {
    if text.len() > bytes_max {
        return Err(Fault::whole(format!("this has {} bytes; the limit is {bytes_max}", text.len())));
    }
    match too_deep(text) {
        Some(at) => Err(Fault::at(at..at + 1, format!("this is nested more than {DEPTH_MAX} deep"))),
        None => Ok(()),
    }
}

/// The byte at which the text is too deep. Quotes are not skipped: a function's body stands in one, and is parsed too.
fn too_deep(text: &str) -> Option<usize> {
    // Depth at the opening bracket, and in the entry at hand.
    let (mut outer, mut base, mut depth) = (Vec::new(), 0_usize, 0_usize);
    let mut word = String::new();
    for (at, c) in text.char_indices() {
        if c.is_ascii_alphabetic() || c == '_' {
            word.push(c.to_ascii_lowercase());
            continue;
        }
        depth += usize::from(NESTING.contains(&word.as_str()));
        word.clear();
        match c {
            '(' | '[' | '{' => {
                outer.push((base, depth));
                depth += 1;
                base = depth;
            }
            ')' | ']' | '}' => (base, depth) = outer.pop().unwrap_or((base, depth)),
            ',' | ';' => depth = base,
            c if c.is_ascii_punctuation() && !matches!(c, '.' | '"' | '\'' | '`' | '$' | '\\') => depth += 1,
            _ => {}
        }
        if depth > DEPTH_MAX {
            return Some(at);
        }
    }
    None
}
