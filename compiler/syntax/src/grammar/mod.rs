//! The grammar, in chumsky: one file per family of constructs.
//!
//! Every function builds a boxed parser that is generic over the error type only, so that the same grammar runs
//! with errors that cost nothing, and again with rich ones for declarations that fail. Brackets balance before
//! parsing, therefore every bracketed list recovers inside its own brackets and never fails as a whole.

mod accept;
pub(crate) mod declaration;
pub(crate) mod expression;
mod fields;
mod flag;
mod gate;
mod group;
mod list;
mod policy;
mod steps;
mod strategy;
mod test;
mod types;
mod window;
mod workflow;

use crate::ast::{Name, Range};
use crate::layout::{Place, Tok};
use crate::lex::TokenKind;
use chumsky::error::{Error, LabelError};
use chumsky::input::MappedInput;
use chumsky::prelude::*;
use chumsky::{Boxed, DefaultExpected};
use smol_str::SmolStr;

/// The tokens of one declaration.
pub(crate) type Input<'t> = MappedInput<'t, Tok<'t>, Place, &'t [(Tok<'t>, Place)]>;

/// A parser of this grammar.
pub(crate) type P<'t, O, X> = Boxed<'t, 't, Input<'t>, O, extra::Err<X>>;

/// What an error type must know to be used with this grammar.
pub(crate) trait Problem<'t>:
    Error<'t, Input<'t>>
    + LabelError<'t, Input<'t>, &'static str>
    + LabelError<'t, Input<'t>, DefaultExpected<'t, Tok<'t>>>
    + 't
{
}

impl<'t, X> Problem<'t> for X where
    X: Error<'t, Input<'t>>
        + LabelError<'t, Input<'t>, &'static str>
        + LabelError<'t, Input<'t>, DefaultExpected<'t, Tok<'t>>>
        + 't
{
}

/// The label of a clause that stands twice.
pub(crate) const REPEATED: &str = "each clause once";

pub(crate) fn range(place: Place) -> Range {
    Range::new(place.start, place.end)
}

/// A sign such as `=`.
pub(crate) fn sign<'t, X: Problem<'t>>(kind: TokenKind) -> P<'t, (), X> {
    just(Tok::Sign(kind)).ignored().boxed()
}

/// A contextual keyword; `quoted` is the word between backquotes, for messages.
pub(crate) fn word<'t, X: Problem<'t>>(quoted: &'static str) -> P<'t, Range, X> {
    let text = quoted.trim_matches('`');
    select! { Tok::Word(found) if found == text => () }.labelled(quoted).map_with(|(), e| range(e.span())).boxed()
}

/// Any word as a name.
pub(crate) fn name<'t, X: Problem<'t>>() -> P<'t, Name, X> {
    named("a name")
}

/// Any word as a name; `label` says what it names.
pub(crate) fn named<'t, X: Problem<'t>>(label: &'static str) -> P<'t, Name, X> {
    select! { Tok::Word(text) => SmolStr::new(text) }
        .labelled(label)
        .map_with(|text, e| Name { text, range: range(e.span()) })
        .boxed()
}

/// Documentation lines, joined.
pub(crate) fn docs<'t, X: Problem<'t>>() -> P<'t, SmolStr, X> {
    select! { Tok::Doc(text) => text }
        .labelled("documentation")
        .repeated()
        .collect::<Vec<_>>()
        .map(|lines| SmolStr::new(lines.join("\n")))
        .boxed()
}
