//! The grammar, in chumsky: one file per family of constructs.
//!
//! Every function builds a boxed parser that is generic over the error type only, so that the same grammar runs
//! with errors that cost nothing, and again with rich ones for declarations that fail. Brackets balance before
//! parsing, therefore every bracketed list recovers inside its own brackets and never fails as a whole.

mod accept;
mod contract;
mod database;
pub(crate) mod declaration;
pub(crate) mod expression;
mod fields;
mod flag;
mod gate;
mod group;
mod list;
mod migration;
mod policy;
mod quick;
mod released;
mod runbook;
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
pub(crate) fn sign<'t, X: Problem<'t>>(kind: TokenKind) -> impl Parser<'t, Input<'t>, (), extra::Err<X>> + Copy + 't {
    just(Tok::Sign(kind)).ignored()
}

/// A contextual keyword; `quoted` is the word between backquotes, for messages.
pub(crate) fn word<'t, X: Problem<'t>>(
    quoted: &'static str,
) -> impl Parser<'t, Input<'t>, Range, extra::Err<X>> + Clone + 't {
    let text = &quoted[1..quoted.len() - 1];
    select! { Tok::Word(found) if found == text => () }.labelled(quoted).map_with(|(), e| range(e.span()))
}

/// Any word as a name.
pub(crate) fn name<'t, X: Problem<'t>>() -> impl Parser<'t, Input<'t>, Name, extra::Err<X>> + Clone + 't {
    named("a name")
}

/// Any word as a name; `label` says what it names.
pub(crate) fn named<'t, X: Problem<'t>>(
    label: &'static str,
) -> impl Parser<'t, Input<'t>, Name, extra::Err<X>> + Clone + 't {
    select! { Tok::Word(text) => SmolStr::new(text) }
        .labelled(label)
        .map_with(|text, e| Name { text, range: range(e.span()) })
}

/// Documentation lines, joined.
pub(crate) fn docs<'t, X: Problem<'t>>() -> impl Parser<'t, Input<'t>, SmolStr, extra::Err<X>> + Clone + 't {
    select! { Tok::Doc(text) => text }.labelled("documentation").repeated().collect::<Vec<_>>().map(|lines| match lines
        .as_slice()
    {
        [] => SmolStr::default(),
        [one] => SmolStr::new(one),
        several => SmolStr::new(several.join("\n")),
    })
}

/// A part of the grammar that is built when a declaration first needs it: most need little of it. Where errors
/// are explained it is built at once, because an error that passes through here would lose its place.
pub(crate) fn lazily<'t, O: 't, X: Problem<'t>>(build: impl Fn() -> P<'t, O, X> + 't) -> P<'t, O, X> {
    if !quick::applies::<X>() {
        return build();
    }
    let built = std::cell::OnceCell::new();
    custom(move |input| input.parse(built.get_or_init(&build))).boxed()
}
