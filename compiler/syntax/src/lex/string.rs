//! Strings: where they end, and what is between their quotes.

use super::token::{Bracket, TokenKind};
use logos::Lexer;

/// Logos callback after the opening quote: takes everything up to the closing quote, or the end of the line.
pub(super) fn string(lexer: &mut Lexer<'_, TokenKind>) -> TokenKind {
    let (length, closed) = scan(lexer.remainder());
    lexer.bump(length);
    if closed { TokenKind::String } else { TokenKind::UnfinishedString }
}

/// How many bytes of `rest` belong to the string whose opening quote stands before it, and whether it is closed.
fn scan(rest: &str) -> (usize, bool) {
    // One entry for each open string: the number of braces open in its current interpolation, 0 for plain text.
    let mut open = vec![0_u32];
    let bytes = rest.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let Some(braces) = open.last_mut() else { break };
        match byte {
            b'\n' => break,
            b'\\' if *braces == 0 && bytes.get(at + 1).is_some_and(|&next| next != b'\n' && next != b'\r') => at += 1,
            b'"' if *braces > 0 => open.push(0),
            b'"' => {
                open.pop();
                if open.is_empty() {
                    return (at + 1, true);
                }
            }
            b'$' if *braces == 0 && bytes.get(at + 1) == Some(&b'{') => {
                *braces = 1;
                at += 1;
            }
            b'{' if *braces > 0 => *braces += 1,
            b'}' if *braces > 0 => *braces -= 1,
            _text => {}
        }
        at += 1;
    }
    (unfinished(rest, at.min(rest.len())), false)
}

/// The length of an unfinished string: without the carriage return of its line, on a character boundary.
fn unfinished(rest: &str, line_end: usize) -> usize {
    let mut end = line_end;
    while !rest.is_char_boundary(end) {
        end += 1;
    }
    rest[..end].trim_end_matches('\r').len()
}

/// The closing brackets at the end of an unfinished string: most likely they were meant to stand behind it.
pub(crate) fn trailing_closers(text: &str) -> Vec<Bracket> {
    let tail = text.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, ')' | ']' | '}' | ','));
    let bracket = |c: char| Bracket::ALL.into_iter().find(|bracket| bracket.close().starts_with(c));
    text[tail.len()..].chars().filter_map(bracket).collect()
}

/// A piece of a string's inside, with byte offsets from the start of the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text with its escapes resolved.
    Text(String),
    /// The source between `${` and `}`.
    Source { start: usize, end: usize },
    /// An escape or interpolation that cannot be read.
    Bad { start: usize, end: usize, message: String },
}

/// The pieces of a string token, whose opening quote is its first byte.
pub(crate) fn pieces(token: &str) -> Vec<Piece> {
    let inside_end =
        if token.len() > 1 && scan(&token[1..]) == (token.len() - 1, true) { token.len() - 1 } else { token.len() };
    let mut found = Vec::new();
    let mut text = String::new();
    let mut at = 1.min(inside_end);
    while at < inside_end {
        let rest = &token[at..inside_end];
        let (length, piece) =
            if rest.starts_with("${") { interpolation(rest, at) } else { character(rest, at, &mut text) };
        if let Some(piece) = piece {
            flush(&mut found, &mut text);
            found.push(piece);
        }
        at += length;
    }
    flush(&mut found, &mut text);
    found
}

fn flush(found: &mut Vec<Piece>, text: &mut String) {
    if !text.is_empty() {
        found.push(Piece::Text(std::mem::take(text)));
    }
}

fn interpolation(rest: &str, at: usize) -> (usize, Option<Piece>) {
    let inside = &rest[2..];
    let mut braces = 1_u32;
    let mut skip_to = 0;
    for (offset, c) in inside.char_indices().filter(|(_, c)| matches!(c, '{' | '}' | '"')) {
        if offset < skip_to {
            continue;
        }
        match c {
            '{' => braces += 1,
            '}' => braces -= 1,
            _quote => skip_to = offset + 1 + scan(&inside[offset + 1..]).0,
        }
        if braces == 0 {
            let start = at + 2;
            return (2 + offset + 1, Some(Piece::Source { start, end: start + offset }));
        }
    }
    let message = "this interpolation is never closed: missing `}`".to_owned();
    (rest.len(), Some(Piece::Bad { start: at, end: at + rest.len(), message }))
}

fn character(rest: &str, at: usize, text: &mut String) -> (usize, Option<Piece>) {
    let mut chars = rest.chars();
    let Some(first) = chars.next() else { return (1, None) };
    if first != '\\' {
        text.push(first);
        return (first.len_utf8(), None);
    }
    let simple = match chars.next() {
        Some('n') => Some('\n'),
        Some('t') => Some('\t'),
        Some(same @ ('"' | '\\' | '$')) => Some(same),
        Some('u') => return unicode(rest, at, text),
        Some(_) | None => None,
    };
    if let Some(simple) = simple {
        text.push(simple);
        return (2, None);
    }
    let length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
    let message = format!("`{}` is not an escape", &rest[..length]);
    (length, Some(Piece::Bad { start: at, end: at + length, message }))
}

fn unicode(rest: &str, at: usize, text: &mut String) -> (usize, Option<Piece>) {
    let digits = rest[2..].strip_prefix('{').and_then(|inside| inside.split_once('}')).map(|(digits, _)| digits);
    let decoded = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok()).and_then(char::from_u32);
    match (digits, decoded) {
        (Some(digits), Some(c)) => {
            text.push(c);
            (digits.len() + 4, None)
        }
        (digits, _) => {
            let length = digits.map_or(2, |digits| digits.len() + 4);
            let message = format!("`{}` is not a character", &rest[..length]);
            (length, Some(Piece::Bad { start: at, end: at + length, message }))
        }
    }
}
