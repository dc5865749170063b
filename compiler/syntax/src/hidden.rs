//! Characters inside comments and strings that make a text read otherwise than it is: they turn the direction of writing,
//! take no room, or command a terminal.

use crate::lex::{Token, TokenKind, tokens};
use diagnostics::{Diagnostic, FileId, Span, codes};

/// What hides in the comments and strings of a file, once for each of them. Outside of them such a character is none of
/// the language at all.
#[must_use]
pub fn hidden(text: &str, file: FileId) -> Vec<Diagnostic> {
    // Nearly every text ends here, and bytes are looked at faster than characters.
    if text.bytes().all(is_plain) || !text.chars().any(hides) {
        return Vec::new();
    }
    let holds_text = |token: &Token| {
        matches!(token.kind, TokenKind::Comment | TokenKind::Doc | TokenKind::String | TokenKind::UnfinishedString)
    };
    let inside = tokens(text).into_iter().filter(holds_text);
    inside.filter_map(|token| within(&token, token.text(text), file)).collect()
}

fn within(token: &Token, text: &str, file: FileId) -> Option<Diagnostic> {
    let (at, found) = text.char_indices().find(|(_, c)| hides(*c))?;
    let start = token.start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    let end = start.saturating_add(u32::try_from(found.len_utf8()).unwrap_or(0));
    let message = format!("a hidden character, U+{:04X}, makes this read otherwise than it is", u32::from(found));
    let help = match token.kind {
        TokenKind::String | TokenKind::UnfinishedString => {
            format!("remove it, or show it as `\\u{{{:X}}}`", u32::from(found))
        }
        _comment => "remove it".to_owned(),
    };
    Some(Diagnostic::error(codes::HIDDEN_CHARACTER, Span::new(file, start, end), message).help(help))
}

fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')
}

fn hides(c: char) -> bool {
    let turns = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}');
    turns || is_control(c) || matches!(c, '\u{200b}' | '\u{2060}')
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\t' | '\n' | '\r')
}
