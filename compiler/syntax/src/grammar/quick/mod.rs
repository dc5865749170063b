//! Short cuts of the lean grammar: the next tokens choose what is tried, and nothing is built before it is needed.
//!
//! They accept exactly what the whole grammar accepts and make the same tree, but know nothing of what else could have
//! stood in a place. So they serve the run whose errors cost nothing; a declaration that fails there is read
//! again by the whole grammar, which explains.

mod expression;
mod list;

pub(super) use expression::expressions;
pub(super) use list::list;

use super::{Input, P, Problem};
use crate::layout::{Place, Tok};
use chumsky::error::LabelError;
use chumsky::extra;
use chumsky::input::InputRef;
use std::cell::OnceCell;

/// What a short cut reads from.
type In<'t, 'p, X> = InputRef<'t, 'p, Input<'t>, extra::Err<X>>;

/// Whether errors of this type say nothing, so that short cuts lose nothing.
pub(super) fn applies<X>() -> bool {
    size_of::<X>() == 0
}

/// The error that says nothing.
fn nothing<'t, X: Problem<'t>>() -> X {
    LabelError::<Input<'t>, &'static str>::expected_found([], None, Place::from(0..0))
}

/// Takes this token.
fn expect<'t, X: Problem<'t>>(input: &mut In<'t, '_, X>, tok: Tok<'t>) -> Result<(), X> {
    if input.peek() != Some(tok) {
        return Err(nothing());
    }
    input.skip();
    Ok(())
}

/// A parser that is built when it is first needed.
struct Later<'t, O, X: Problem<'t>>(OnceCell<P<'t, O, X>>);

impl<'t, O, X: Problem<'t>> Later<'t, O, X> {
    fn new() -> Self {
        Self(OnceCell::new())
    }

    fn parse(&self, input: &mut In<'t, '_, X>, build: impl FnOnce() -> P<'t, O, X>) -> Result<O, X> {
        input.parse(self.0.get_or_init(build))
    }
}
