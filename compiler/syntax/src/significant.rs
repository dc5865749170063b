//! The tokens that matter to the parser, each knowing the line that it stands on.

use crate::lex::{Token, TokenKind};

/// A token that is no trivia.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Significant<'s> {
    pub(crate) kind: TokenKind,
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) text: &'s str,
    /// Line number, from 0.
    pub(crate) line: u32,
    /// Bytes of space at the start of its line.
    pub(crate) indent: u32,
    /// Whether it is the first of its line.
    pub(crate) first: bool,
}

/// The significant tokens of `source`.
pub(crate) fn significant<'s>(tokens: &[Token], source: &'s str) -> Vec<Significant<'s>> {
    let mut kept = Vec::with_capacity(tokens.len() / 2);
    let (mut line, mut indent, mut first) = (0, 0, true);
    for token in tokens {
        match token.kind {
            TokenKind::Newline => (line, indent, first) = (line + 1, 0, true),
            TokenKind::Space if first => indent = token.end - token.start,
            kind if kind.is_trivia() => {}
            kind => {
                let Token { start, end, .. } = *token;
                kept.push(Significant { kind, start, end, text: token.text(source), line, indent, first });
                first = false;
            }
        }
    }
    kept
}

/// Whether `next`, on a later line than `previous`, goes on with the same entry.
pub(crate) fn goes_on(previous: &Significant<'_>, next: &Significant<'_>, after: Option<&Significant<'_>>) -> bool {
    if next.kind == TokenKind::Word
        && after.is_some_and(|after| matches!(after.kind, TokenKind::Equals | TokenKind::Colon | TokenKind::FatArrow))
    {
        return false;
    }
    if next.kind.is_infix() || next.kind == TokenKind::OpenBrace || wants_operand(previous) {
        return true;
    }
    let assigns = next.text == "set" && after.is_some_and(|after| after.kind == TokenKind::String);
    next.kind == TokenKind::Word && (assigns || crate::words::continues_line(next.text))
}

/// Whether commas stand between the phases of a `migrate` step and not between entries, token by token.
#[derive(Debug, Default)]
pub(crate) struct PhaseList {
    inside: bool,
    behind_comma: bool,
}

impl PhaseList {
    /// Goes on behind a token; `begins` tells whether it is the first of its entry, `after` what follows it.
    pub(crate) fn take(&mut self, begins: bool, kind: TokenKind, text: &str, after: [Option<TokenKind>; 2]) {
        self.inside = match kind {
            TokenKind::Word if begins => text == "migrate" && after[0] == Some(TokenKind::Word),
            TokenKind::Word => self.inside && text != "in",
            TokenKind::Comma => !begins && self.keeps_comma(after),
            TokenKind::Dot | TokenKind::Doc => self.inside,
            _sign => false,
        };
        self.behind_comma = self.inside && kind == TokenKind::Comma;
    }

    /// Whether a comma before these belongs to the list: another phase follows.
    pub(crate) fn keeps_comma(&self, after: [Option<TokenKind>; 2]) -> bool {
        self.inside && after == [Some(TokenKind::Word), Some(TokenKind::Dot)]
    }

    /// Whether the next token belongs to the list even on a line of its own.
    pub(crate) fn wants_more(&self) -> bool {
        self.behind_comma
    }
}

fn wants_operand(token: &Significant<'_>) -> bool {
    match token.kind {
        TokenKind::Word => crate::words::expects_more(token.text),
        kind => kind.is_infix() || kind == TokenKind::At,
    }
}
