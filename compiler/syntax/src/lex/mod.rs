//! Text to tokens, losslessly: every byte belongs to exactly one token, comments and line ends included.

mod angle;
pub(crate) mod number;
mod string;
mod token;

pub use string::place_in_string;
pub(crate) use string::{Piece, pieces, trailing_closers};
pub(crate) use token::Bracket;
pub use token::{Token, TokenKind};

use logos::Logos;

/// The tokens of `text`, in order, without gaps. Never fails: what is not a token is [`TokenKind::Unknown`].
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::with_capacity(text.len() / 4);
    for (kind, range) in TokenKind::lexer(text).spanned() {
        let token =
            Token { kind: kind.unwrap_or(TokenKind::Unknown), start: offset(range.start), end: offset(range.end) };
        match tokens.last_mut() {
            // One finding for a run of foreign characters, not one for each.
            Some(last) if last.kind == TokenKind::Unknown && token.kind == TokenKind::Unknown => {
                last.end = token.end;
            }
            Some(_) | None => tokens.push(token),
        }
    }
    angle::mark(&mut tokens, text);
    tokens
}

fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
