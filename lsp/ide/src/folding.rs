//! What can be folded away: what stands between brackets, comments, and imports, where they take several lines.

use std::ops::Range;

use diagnostics::FileId;
use syntax::ast::DeclKind;
use syntax::lex::{Token, TokenKind, tokens};

use crate::{Lines, Snapshot};

/// What is folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FoldKind {
    /// What stands between two brackets, or a text of several lines.
    Region,
    /// Comments or documentation.
    Comment,
    /// Imports.
    Imports,
}

/// Lines that can be folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fold {
    /// From the end of what stays to be seen to the end of what is folded, in bytes.
    pub range: Range<u32>,
    /// What they are.
    pub kind: FoldKind,
}

/// What can be folded in a file, in the order of the text.
#[must_use]
pub fn folding(snapshot: &Snapshot, file: FileId) -> Vec<Fold> {
    let (text, lines) = (snapshot.text(file), snapshot.lines(file));
    if text.len() > syntax::FILE_BYTES_MAX {
        return Vec::new();
    }
    let tokens = tokens(text);
    let mut found = brackets(&tokens);
    found.extend(comments(&tokens, &lines));
    found.extend(imports(snapshot, file));
    found.retain(|fold| lines.line_of(fold.range.start) < lines.line_of(fold.range.end));
    found.sort_by_key(|fold| (fold.range.start, fold.range.end, fold.kind));
    found
}

fn brackets(tokens: &[Token]) -> Vec<Fold> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    let region = |range| Fold { range, kind: FoldKind::Region };
    for token in tokens {
        match token.kind {
            TokenKind::OpenBrace | TokenKind::OpenParen | TokenKind::OpenBracket => open.push(token.end),
            TokenKind::CloseBrace | TokenKind::CloseParen | TokenKind::CloseBracket => {
                found.extend(open.pop().map(|start| region(start..token.start)));
            }
            TokenKind::String => found.push(region(token.start..token.end)),
            _ => {}
        }
    }
    found
}

/// Comments of one kind on lines that follow each other.
fn comments(tokens: &[Token], lines: &Lines) -> Vec<Fold> {
    let mut found: Vec<(TokenKind, Range<u32>)> = Vec::new();
    for token in tokens.iter().filter(|token| matches!(token.kind, TokenKind::Comment | TokenKind::Doc)) {
        match found.last_mut() {
            Some((kind, range))
                if *kind == token.kind && lines.line_of(range.end) + 1 == lines.line_of(token.start) =>
            {
                range.end = token.end;
            }
            Some(_) | None => found.push((token.kind, token.start..token.end)),
        }
    }
    found.into_iter().map(|(_, range)| Fold { range, kind: FoldKind::Comment }).collect()
}

fn imports(snapshot: &Snapshot, file: FileId) -> Option<Fold> {
    let trees = snapshot.trees(file);
    let mut imports = trees.iter().filter(|tree| matches!(tree.parsed.decl.kind, DeclKind::Use(_)));
    let first = imports.next()?;
    let last = imports.next_back().unwrap_or(first);
    let end = last.start.saturating_add(u32::try_from(last.text.len()).unwrap_or(u32::MAX));
    Some(Fold { range: first.start..end, kind: FoldKind::Imports })
}
