//! The one style: of a whole text, of a part of it, and of what was just typed.

use std::ops::Range;

use diagnostics::FileId;
use syntax::lex::{TokenKind, tokens};
use syntax::{ItemRange, items};

use crate::Snapshot;
use crate::text_edits::{TextEdit, respaced};

/// What brings a text into the one style; nothing for one that cannot be read, which is not rearranged.
#[must_use]
pub fn formatting(snapshot: &Snapshot, file: FileId) -> Vec<TextEdit> {
    let text = snapshot.text(file);
    if text.len() > syntax::FILE_BYTES_MAX {
        return Vec::new();
    }
    syntax::format(text).map_or_else(|_| Vec::new(), |new| respaced(text, &new))
}

/// The same of the lines of a part, declaration by declaration, so that a mistake in one leaves the others to be formatted.
#[must_use]
pub fn range_formatting(snapshot: &Snapshot, file: FileId, range: Range<u32>) -> Vec<TextEdit> {
    let (text, lines) = (snapshot.text(file), snapshot.lines(file));
    let from = lines.start(lines.line_of(range.start));
    // A part that ends at the beginning of a line does not take that line in.
    let last = lines.line_of(range.end.max(range.start.saturating_add(1)).saturating_sub(1));
    let to = lines.start(last.saturating_add(1));
    let touched = items(text).into_iter().filter(|item| item.start < to && item.end > from);
    let edits = touched.flat_map(|item| of_item(text, &item));
    edits.filter(|edit| from <= edit.range.start && edit.range.end <= to).collect()
}

/// What belongs to the text just before the offset: behind `}`, the lines that it closes; at the start of a line, the spaces
/// before it.
#[must_use]
pub fn on_type_formatting(snapshot: &Snapshot, file: FileId, offset: u32, typed: char) -> Vec<TextEdit> {
    let text = snapshot.text(file);
    match typed {
        '}' => opener_of(text, offset).map_or_else(Vec::new, |start| range_formatting(snapshot, file, start..offset)),
        '\n' => indented(snapshot, file, offset),
        _ => Vec::new(),
    }
}

fn of_item(text: &str, item: &ItemRange) -> Vec<TextEdit> {
    let Some(written) = text.get(item.start as usize..item.end as usize) else { return Vec::new() };
    let Ok(formatted) = syntax::format(written) else { return Vec::new() };
    let edits = respaced(written, formatted.trim_end_matches('\n')).into_iter();
    let moved = |at: u32| at.saturating_add(item.start);
    edits.map(|edit| TextEdit { range: moved(edit.range.start)..moved(edit.range.end), ..edit }).collect()
}

/// Where the bracket opens that the `}` right before the offset closes.
fn opener_of(text: &str, offset: u32) -> Option<u32> {
    let mut open = Vec::new();
    for token in tokens(text) {
        match token.kind {
            TokenKind::OpenBrace => open.push(token.start),
            TokenKind::CloseBrace => {
                let opener = open.pop();
                if token.end == offset {
                    return opener;
                }
            }
            _ if token.end > offset => return None,
            _ => {}
        }
    }
    None
}

/// The spaces that a line begins with, by how many brackets are open there.
fn indented(snapshot: &Snapshot, file: FileId, offset: u32) -> Vec<TextEdit> {
    let (text, lines) = (snapshot.text(file), snapshot.lines(file));
    let line = lines.range(lines.line_of(offset), text);
    let written = &text[line.clone()];
    let rest = written.trim_start_matches([' ', '\t']);
    let closes = rest.starts_with(['}', ')', ']']);
    let wanted = " ".repeat(2 * depth(text, line.start).saturating_sub(usize::from(closes)));
    let spaces = line.start..line.start + (written.len() - rest.len());
    if inside_a_string(text, line.start) || text[spaces.clone()] == wanted {
        return Vec::new();
    }
    let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    vec![TextEdit { range: at(spaces.start)..at(spaces.end), text: wanted }]
}

fn depth(text: &str, until: usize) -> usize {
    let before = tokens(text).into_iter().take_while(|token| (token.end as usize) <= until);
    before.fold(0_usize, |depth, token| match token.kind {
        TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => depth + 1,
        TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => depth.saturating_sub(1),
        _ => depth,
    })
}

/// Whether a text of several lines goes on at the offset.
fn inside_a_string(text: &str, at: usize) -> bool {
    let around = tokens(text).into_iter().find(|token| (token.start as usize) < at && at < token.end as usize);
    around.is_some_and(|token| matches!(token.kind, TokenKind::String | TokenKind::UnfinishedString))
}
