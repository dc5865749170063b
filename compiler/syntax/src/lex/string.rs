//! Strings: where they end, and what is between their quotes.

use super::token::{Bracket, TokenKind};
use logos::Lexer;

/// Logos callback after the opening quote: takes everything up to the closing quote, or the end of the line.
pub(super) fn string(lexer: &mut Lexer<'_, TokenKind>) -> TokenKind {
    if let Some(length) = block(lexer.remainder()) {
        lexer.bump(length);
        return TokenKind::String;
    }
    let (length, closed) = scan(lexer.remainder());
    lexer.bump(length);
    if closed { TokenKind::String } else { TokenKind::UnfinishedString }
}

/// The quotes around a string of several lines.
const BLOCK: &str = "\"\"\"";

/// How many bytes belong to a string of several lines whose first quote stands before `rest`; nothing if it is none,
/// or never closed.
fn block(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix(&BLOCK[1..]).filter(|inside| inside.starts_with(['\n', '\r', ' ']))?;
    let escaped = |at: usize| inside[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
    let end = inside.match_indices(BLOCK).map(|(at, _)| at).find(|at| !escaped(*at))?;
    Some(BLOCK.len() - 1 + end + BLOCK.len())
}

/// What stands between the quotes of a string token: its bytes, and how far every line of a block is indented.
struct Inside {
    start: usize,
    end: usize,
    indent: Option<usize>,
}

impl Inside {
    fn of(token: &str) -> Self {
        if token.len() >= 2 * BLOCK.len() && block(&token[1..]) == Some(token.len() - 1) {
            return Self::of_block(token);
        }
        let closed = token.len() > 1 && scan(&token[1..]) == (token.len() - 1, true);
        let end = if closed { token.len() - 1 } else { token.len() };
        Self { start: 1.min(end), end, indent: None }
    }

    /// The lines between the quotes, without the indentation that all of them have.
    fn of_block(token: &str) -> Self {
        let inside = &token[BLOCK.len()..token.len() - BLOCK.len()];
        let first = inside.find('\n').filter(|end| inside[..*end].trim().is_empty()).map_or(0, |end| end + 1);
        let last = inside.rfind('\n').filter(|end| *end >= first && inside[*end..].trim().is_empty());
        let end = last.unwrap_or(inside.len()).max(first);
        let lines = inside[first..end].lines().filter(|line| !line.trim().is_empty());
        let indent = lines.map(|line| line.len() - line.trim_start_matches(' ').len()).min().unwrap_or(0);
        let trimmed = inside[first..end].trim_end_matches('\r').len();
        Self { start: BLOCK.len() + first, end: BLOCK.len() + first + trimmed, indent: Some(indent) }
    }

    /// How many bytes at `at` are layout of the file and no text.
    fn layout(&self, token: &str, at: usize) -> usize {
        let Some(indent) = self.indent else { return 0 };
        if token[at..].starts_with("\r\n") {
            return 1;
        }
        if at != self.start && !token[..at].ends_with('\n') {
            return 0;
        }
        token[at..self.end].bytes().take(indent).take_while(|byte| *byte == b' ').count()
    }
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

/// The byte of a string token, whose opening quote is its first byte, at which byte `at` of its text is written; the
/// closing quote for what lies beyond. For strings without interpolation.
#[must_use]
pub fn place_in_string(token: &str, at: usize) -> usize {
    let inside = Inside::of(token);
    let mut text = String::new();
    let mut place = inside.start;
    while place < inside.end {
        let layout = inside.layout(token, place);
        if layout > 0 {
            place += layout;
            continue;
        }
        let (length, _) = character(&token[place..inside.end], place, &mut text);
        if text.len() > at {
            return place;
        }
        place += length;
    }
    inside.end.min(token.len())
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
    let inside = Inside::of(token);
    let mut found = Vec::new();
    let mut text = String::new();
    let mut at = inside.start;
    while at < inside.end {
        let layout = inside.layout(token, at);
        if layout > 0 {
            at += layout;
            continue;
        }
        let rest = &token[at..inside.end];
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

#[cfg(test)]
mod tests {
    use super::*;

    fn text(token: &str) -> String {
        let pieces = pieces(token).into_iter().map(|piece| match piece {
            Piece::Text(text) => text,
            other => format!("{other:?}"),
        });
        pieces.collect()
    }

    #[test]
    fn a_block_loses_the_indentation_of_all_its_lines() {
        assert_eq!(text("\"\"\"\n    a\n      b \"c\"\n\n    d\n    \"\"\""), "a\n  b \"c\"\n\nd");
        assert_eq!(text("\"\"\" a \"\"\""), "a ");
        assert_eq!(text("\"\"\"\r\n  a\r\n  b\r\n\"\"\""), "a\nb");
        assert_eq!(text("\"\"\"\n\"\"\""), "");
    }

    #[test]
    fn text_is_found_again_in_its_token() {
        let table = [
            ("\"abc\"", 1, 2),
            ("\"abc\"", 3, 4),
            ("\"a\\nbc\"", 2, 4),
            ("\"\\u{e9}b\"", 2, 7),
            ("\"\"\"\n  ab\n  cd\n  \"\"\"", 0, 6),
            ("\"\"\"\n  ab\n  cd\n  \"\"\"", 4, 12),
        ];
        for (token, at, place) in table {
            assert_eq!(place_in_string(token, at), place, "{token} at {at}");
        }
    }
}
