//! Edits that turn one text into another that differs in its spaces alone.

use std::ops::Range;

use syntax::lex::{Token, TokenKind, tokens};

/// One replacement in a text, by bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced; empty to insert.
    pub range: Range<u32>,
    /// The new text.
    pub text: String,
}

/// What makes `new` of `old`: one edit for each gap between two words or signs that changed. Where more than gaps
/// changed, it is one edit.
pub(crate) fn respaced(old: &str, new: &str) -> Vec<TextEdit> {
    let (before, after) = (gaps(old), gaps(new));
    let same =
        before.len() == after.len() && before.iter().zip(&after).all(|(one, other)| one.follows == other.follows);
    if !same {
        return if old == new {
            Vec::new()
        } else {
            vec![TextEdit { range: 0..byte(old.len()), text: new.to_owned() }]
        };
    }
    let pairs = before.iter().zip(&after).map(|(one, other)| (one.range.clone(), &new[other.bytes()]));
    let changed = pairs.filter(|(range, text)| &old[range.start as usize..range.end as usize] != *text);
    changed.map(|(range, text)| TextEdit { range, text: text.to_owned() }).collect()
}

/// Spaces and line ends, perhaps none, and the token behind them.
struct Gap<'t> {
    range: Range<u32>,
    follows: &'t str,
}

impl Gap<'_> {
    fn bytes(&self) -> Range<usize> {
        self.range.start as usize..self.range.end as usize
    }
}

fn gaps(text: &str) -> Vec<Gap<'_>> {
    let mut found = Vec::new();
    let mut start = 0;
    let is_space = |token: &Token| matches!(token.kind, TokenKind::Space | TokenKind::Newline);
    for token in tokens(text).into_iter().filter(|token| !is_space(token)) {
        found.push(Gap { range: start..token.start, follows: token.text(text).trim_end() });
        start = token.end;
    }
    found.push(Gap { range: start..byte(text.len()), follows: "" });
    found
}

fn byte(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
