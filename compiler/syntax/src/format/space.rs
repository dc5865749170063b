//! Where a space stands between two tokens of one line.

use super::tree::Leaf;
use crate::lex::TokenKind as T;
use crate::words;

/// Whether a space stands between `previous` and `next`; `before` is the token before `previous`.
pub(super) fn between(before: Option<Leaf<'_>>, previous: Leaf<'_>, next: Leaf<'_>) -> bool {
    if (previous.kind, next.kind) == (T::Question, T::Question) {
        // Side by side they would be another sign.
        return true;
    }
    if attaches_to_next(before, previous) || attaches_to_previous(next.kind) {
        return false;
    }
    match next.kind {
        T::OpenParen => !is_callee(previous),
        T::OpenBrace => previous.kind != T::Dot,
        T::At => previous.kind != T::Word || previous.text == "pub" || is_annotation(before),
        _any => true,
    }
}

fn is_annotation(before: Option<Leaf<'_>>) -> bool {
    before.is_some_and(|before| before.kind == T::At)
}

/// Whether parentheses behind it are those of a call or of parameters.
pub(super) fn is_callee(leaf: Leaf<'_>) -> bool {
    match leaf.kind {
        T::Word => !words::is_spaced(leaf.text),
        kind => matches!(kind, T::CloseParen | T::CloseBracket | T::CloseAngle),
    }
}

fn attaches_to_previous(kind: T) -> bool {
    matches!(kind, T::Comma | T::Colon | T::Question | T::Dot | T::DotDot | T::OpenAngle | T::CloseAngle)
}

fn attaches_to_next(before: Option<Leaf<'_>>, leaf: Leaf<'_>) -> bool {
    matches!(leaf.kind, T::Dot | T::DotDot | T::At | T::OpenAngle) || (leaf.kind == T::Minus && is_unary_after(before))
}

/// Whether a minus behind `before` is a sign, not an operator.
fn is_unary_after(before: Option<Leaf<'_>>) -> bool {
    let Some(before) = before else { return true };
    match before.kind {
        T::Word => words::is_spaced(before.text) || before.text == "then",
        kind => {
            !matches!(kind, T::Number | T::String | T::CloseParen | T::CloseBracket | T::CloseBrace | T::CloseAngle)
        }
    }
}
