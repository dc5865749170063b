//! Tells the `<` of `List<String>` from the `<` of a comparison.
//!
//! Type arguments follow a capitalised word and hold nothing but words, dots, commas, `?` and the
//! parentheses and arrow of a function's type.
//! Only a pair whose both ends are found is marked, in one pass over the tokens.

use super::{Token, TokenKind};

pub(super) fn mark(tokens: &mut [Token], text: &str) {
    let mut open: Vec<usize> = Vec::new();
    for at in 0..tokens.len() {
        let kind = tokens[at].kind;
        if kind == TokenKind::Less && follows_type_name(tokens, at, text) {
            open.push(at);
        } else if kind == TokenKind::Greater {
            if let Some(start) = open.pop() {
                tokens[start].kind = TokenKind::OpenAngle;
                tokens[at].kind = TokenKind::CloseAngle;
            }
        } else if !may_stand_between(kind) {
            open.clear();
        }
    }
}

fn follows_type_name(tokens: &[Token], at: usize, text: &str) -> bool {
    let mut before = tokens[..at].iter().rev().skip_while(|token| token.kind == TokenKind::Space);
    before.next().is_some_and(|before| {
        before.kind == TokenKind::Word && before.text(text).starts_with(|c: char| c.is_ascii_uppercase())
    })
}

fn may_stand_between(kind: TokenKind) -> bool {
    use TokenKind as T;
    kind.is_trivia()
        || matches!(kind, T::Word | T::Dot | T::Comma | T::Question | T::OpenParen | T::CloseParen | T::Arrow)
}
