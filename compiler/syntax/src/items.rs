//! Cuts a file into its declarations by looking at tokens only, so that each can be parsed on its own.
//!
//! A declaration ends where a line begins outside all brackets that does not go on with it. A line at the left
//! margin that begins like a declaration always begins one, so a missing bracket spoils one declaration only.

use crate::lex::{Bracket, TokenKind, tokens};
use crate::significant::{Significant, goes_on, significant};
use crate::words;

/// The bytes of one declaration: documentation and annotations included, comments around it not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ItemRange {
    /// First byte in the file.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// Where the declarations of `text` are, in order.
#[must_use]
pub fn items(text: &str) -> Vec<ItemRange> {
    let tokens = significant(&tokens(text), text);
    let mut cutter = Cutter { tokens: &tokens, open: Open::default(), current: None, found: Vec::new() };
    (0..tokens.len()).for_each(|at| cutter.take(at));
    cutter.finish();
    cutter.found
}

struct Current {
    start: u32,
    end: u32,
    /// What the tokens up to here may still be.
    head: Head,
}

/// How far before its head word a declaration is.
#[derive(PartialEq)]
enum Head {
    /// Documentation, whole annotations, `pub`.
    Waiting,
    /// After `@`, inside the annotation's name.
    AnnotationName,
    /// The head word has passed.
    Seen,
}

/// The brackets that are open, also counted by kind so that stray closers cost nothing.
#[derive(Default)]
struct Open {
    stack: Vec<Bracket>,
    count: [usize; 3],
}

impl Open {
    fn take(&mut self, kind: TokenKind) {
        if let Some(bracket) = kind.opens() {
            self.stack.push(bracket);
            self.count[bracket as usize] += 1;
        } else if let Some(bracket) = kind.closes().filter(|bracket| self.count[*bracket as usize] > 0) {
            while let Some(top) = self.stack.pop() {
                self.count[top as usize] -= 1;
                if top == bracket {
                    return;
                }
            }
        }
    }
}

struct Cutter<'t, 's> {
    tokens: &'t [Significant<'s>],
    open: Open,
    current: Option<Current>,
    found: Vec<ItemRange>,
}

impl Cutter<'_, '_> {
    fn take(&mut self, at: usize) {
        let token = self.tokens[at];
        if self.begins_item(at) {
            self.finish();
            self.open = Open::default();
        }
        let current = self.current.get_or_insert(Current { start: token.start, end: token.end, head: Head::Waiting });
        current.end = token.end;
        if self.open.stack.is_empty() {
            current.head = head_after(&current.head, &token);
        }
        self.open.take(token.kind);
    }

    fn begins_item(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        let Some(current) = &self.current else { return true };
        let previous = &self.tokens[at - 1];
        if !token.first || (previous.kind == TokenKind::Doc && current.head == Head::Waiting) {
            return false;
        }
        if token.kind == TokenKind::Doc && previous.kind == TokenKind::Doc {
            return false;
        }
        if !self.open.stack.is_empty() {
            return token.indent == 0 && self.looks_like_item(at, true);
        }
        if current.head == Head::Waiting {
            return false;
        }
        if token.kind == TokenKind::Doc {
            // Indented documentation is that of a case or a field.
            return token.indent == 0 || self.looks_like_item(at, false);
        }
        self.looks_like_item(at, false) || !self.continues(at)
    }

    fn continues(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        token.indent > 0
            || token.kind.closes().is_some()
            || goes_on(&self.tokens[at - 1], token, self.tokens.get(at + 1))
    }

    /// Whether the tokens from `at` read like the beginning of a declaration, documentation skipped.
    fn looks_like_item(&self, at: usize, inside: bool) -> bool {
        let mut tokens = self.tokens[at..].iter().skip_while(|token| token.kind == TokenKind::Doc);
        let (Some(head), next) = (tokens.next(), tokens.next()) else { return false };
        let next_is = |kind| next.is_some_and(|next| next.kind == kind && next.line == head.line);
        match (head.kind, head.text) {
            (TokenKind::At, _) => next_is(TokenKind::Word),
            (TokenKind::Word, "test") => next_is(TokenKind::String),
            // Inside brackets, or indented behind one that closed too early, it may be a step's.
            (TokenKind::Word, "let") if inside || head.indent > 0 => {
                next_is(TokenKind::Word) && tokens.next().is_some_and(|third| third.kind == TokenKind::Colon)
            }
            (TokenKind::Word, word) => is_head(word) && next_is(TokenKind::Word),
            (_sign, _) => false,
        }
    }

    fn finish(&mut self) {
        if let Some(Current { start, end, .. }) = self.current.take() {
            self.found.push(ItemRange { start, end });
        }
    }
}

fn is_head(word: &str) -> bool {
    word == "pub" || words::HEADS.contains(&word)
}

fn head_after(head: &Head, token: &Significant<'_>) -> Head {
    match (head, token.kind) {
        (Head::Seen, _) => Head::Seen,
        (_, TokenKind::At) => Head::AnnotationName,
        (_, TokenKind::Doc | TokenKind::OpenParen | TokenKind::CloseParen) => Head::Waiting,
        (Head::AnnotationName, TokenKind::Word) => Head::Waiting,
        (Head::Waiting, TokenKind::Word) if token.text == "pub" => Head::Waiting,
        (Head::Waiting | Head::AnnotationName, _other) => Head::Seen,
    }
}
