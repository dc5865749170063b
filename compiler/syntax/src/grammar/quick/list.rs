//! Bracketed lists without recovery: what is broken in one is broken in the whole declaration.

use super::{In, expect, nothing};
use crate::grammar::{P, Problem};
use crate::layout::Tok;
use crate::lex::TokenKind as T;
use chumsky::prelude::*;

/// Entries between brackets, with one separator or more between them and perhaps behind the last.
pub(in crate::grammar) fn list<'t, O: 't, X: Problem<'t>>(
    (open, close): (T, T),
    separator: Tok<'static>,
    entry: P<'t, O, X>,
) -> P<'t, Vec<O>, X> {
    custom(move |input| {
        expect(input, Tok::Sign(open))?;
        let mut entries = Vec::new();
        while input.peek() != Some(Tok::Sign(close)) {
            entries.push(input.parse(&entry)?);
            separated(input, separator, close)?;
        }
        input.skip();
        // Lists are kept for as long as the tree: what they grew by is not.
        entries.shrink_to_fit();
        Ok(entries)
    })
    .boxed()
}

fn separated<'t, X: Problem<'t>>(input: &mut In<'t, '_, X>, separator: Tok<'t>, close: T) -> Result<(), X> {
    if input.peek() == Some(Tok::Sign(close)) {
        return Ok(());
    }
    expect(input, separator)?;
    while input.peek() == Some(separator) {
        input.skip();
    }
    if input.peek().is_none() { Err(nothing()) } else { Ok(()) }
}
