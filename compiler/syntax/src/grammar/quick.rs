//! Short cuts of the lean grammar: the next two tokens choose what is tried.
//!
//! They accept exactly what the whole grammar accepts and make the same tree, but know nothing of what else could have
//! stood in a place. So they serve the run whose errors cost nothing; a declaration that fails there is read
//! again by the whole grammar, which explains.

use super::{Input, P, Problem, range};
use crate::ast::{Expr, ExprKind, Literal};
use crate::layout::Tok;
use crate::lex::TokenKind as T;
use crate::words;
use chumsky::prelude::*;
use smol_str::SmolStr;

/// Whether errors of this type say nothing, so that short cuts lose nothing.
pub(super) fn applies<X>() -> bool {
    size_of::<X>() == 0
}

/// The two next tokens.
fn ahead<'t, X: Problem<'t>>(
    input: &mut chumsky::input::InputRef<'t, '_, Input<'t>, extra::Err<X>>,
) -> (Option<Tok<'t>>, Option<Tok<'t>>) {
    let here = input.save();
    let ahead = (input.next(), input.peek());
    input.rewind(here);
    ahead
}

/// Any expression: one that is a single token at once, a function value only where an arrow follows.
pub(super) fn any<'t, X: Problem<'t>>(lambda: P<'t, Expr, X>, rest: P<'t, Expr, X>) -> P<'t, Expr, X> {
    custom(move |input| {
        let start = input.cursor();
        match ahead(input) {
            (Some(first), second) if second.is_none_or(|second| ends(&second)) => {
                if let Some(kind) = single(&first) {
                    input.skip();
                    return Ok(Expr { range: range(input.span_since(&start)), kind });
                }
                input.parse(&rest)
            }
            (Some(Tok::Word(_)), Some(Tok::Sign(T::FatArrow))) => input.parse(&lambda),
            (Some(Tok::Sign(T::OpenParen)), _) => {
                let here = input.save();
                match input.parse(&lambda) {
                    Ok(found) => Ok(found),
                    Err(_) => {
                        input.rewind(here);
                        input.parse(&rest)
                    }
                }
            }
            _ => input.parse(&rest),
        }
    })
    .boxed()
}

/// What can begin an operand, by its first token.
pub(super) struct Atoms<'t, X: Problem<'t>> {
    pub(super) record: P<'t, Expr, X>,
    pub(super) list: P<'t, Expr, X>,
    pub(super) group: P<'t, Expr, X>,
    pub(super) condition: P<'t, Expr, X>,
    pub(super) when: P<'t, Expr, X>,
    /// All of them, for everything that the first tokens leave open.
    pub(super) whole: P<'t, Expr, X>,
}

/// An operand without operators.
pub(super) fn atom<'t, X: Problem<'t>>(atoms: Atoms<'t, X>) -> P<'t, Expr, X> {
    custom(move |input| {
        let start = input.cursor();
        match ahead(input) {
            (Some(Tok::Sign(T::OpenBrace)), _) => input.parse(&atoms.record),
            (Some(Tok::Sign(T::OpenBracket)), _) => input.parse(&atoms.list),
            (Some(Tok::Sign(T::OpenParen)), _) => input.parse(&atoms.group),
            (Some(Tok::Word("if")), _) => input.parse(&atoms.condition),
            (Some(Tok::Word("when")), _) => input.parse(&atoms.when),
            (Some(Tok::Word(_)), Some(Tok::Sign(T::OpenBrace) | Tok::Str(_))) => input.parse(&atoms.whole),
            (Some(first), _) => match single(&first) {
                Some(kind) => {
                    input.skip();
                    Ok(Expr { range: range(input.span_since(&start)), kind })
                }
                None => input.parse(&atoms.whole),
            },
            (None, _) => input.parse(&atoms.whole),
        }
    })
    .boxed()
}

/// The expression that a token is by itself; nothing where it may be the beginning of a longer one.
fn single(tok: &Tok<'_>) -> Option<ExprKind> {
    match *tok {
        Tok::Number(Literal::Date(_) | Literal::Time(_)) => None,
        Tok::Number(literal) => Some(ExprKind::Literal(literal)),
        Tok::Str(parts) => Some(ExprKind::Str(parts.to_vec())),
        Tok::Word("true") => Some(ExprKind::Literal(Literal::Bool(true))),
        Tok::Word("false") => Some(ExprKind::Literal(Literal::Bool(false))),
        Tok::Word(text) if words::can_be_value(text) && !words::WEEKDAYS.contains(&text) => {
            Some(ExprKind::Name(SmolStr::new(text)))
        }
        Tok::Word(_) | Tok::Doc(_) | Tok::Sign(_) | Tok::Separator | Tok::Bad => None,
    }
}

fn ends(tok: &Tok<'_>) -> bool {
    match tok {
        Tok::Separator => true,
        Tok::Sign(sign) => matches!(sign, T::Comma | T::CloseBrace | T::CloseBracket | T::CloseParen),
        Tok::Word(_) | Tok::Number(_) | Tok::Str(_) | Tok::Doc(_) | Tok::Bad => false,
    }
}
