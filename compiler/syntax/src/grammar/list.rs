//! Bracketed lists whose broken entries do not spoil their neighbours.

use super::{P, Problem, quick, range, sign};
use crate::ast::Range;
use crate::layout::Tok;
use crate::lex::TokenKind as T;
use chumsky::prelude::*;

/// `{ entry, entry }` with commas or line ends between; a broken entry becomes what `broken` makes of its range.
pub(crate) fn braces<'t, O: 't, X: Problem<'t>>(entry: P<'t, O, X>, broken: fn(Range) -> O) -> P<'t, Vec<O>, X> {
    if quick::applies::<X>() {
        return quick::list((T::OpenBrace, T::CloseBrace), Tok::Separator, entry);
    }
    let separator = just(Tok::Separator).ignored().labelled("a new line").boxed();
    list(T::OpenBrace, T::CloseBrace, separator, entry, broken)
}

/// `(entry, entry)`
pub(crate) fn parens<'t, O: 't, X: Problem<'t>>(entry: P<'t, O, X>, broken: fn(Range) -> O) -> P<'t, Vec<O>, X> {
    if quick::applies::<X>() {
        return quick::list((T::OpenParen, T::CloseParen), Tok::Sign(T::Comma), entry);
    }
    list(T::OpenParen, T::CloseParen, sign(T::Comma).boxed(), entry, broken)
}

/// `[entry, entry]`
pub(crate) fn brackets<'t, O: 't, X: Problem<'t>>(entry: P<'t, O, X>, broken: fn(Range) -> O) -> P<'t, Vec<O>, X> {
    if quick::applies::<X>() {
        return quick::list((T::OpenBracket, T::CloseBracket), Tok::Sign(T::Comma), entry);
    }
    list(T::OpenBracket, T::CloseBracket, sign(T::Comma).boxed(), entry, broken)
}

fn list<'t, O: 't, X: Problem<'t>>(
    open: T,
    close: T,
    separator: P<'t, (), X>,
    entry: P<'t, O, X>,
    broken: fn(Range) -> O,
) -> P<'t, Vec<O>, X> {
    let boundary = separator.clone().or(sign(close)).rewind();
    let skipped = skipped().repeated().at_least(1).map_with(move |(), e| broken(range(e.span())));
    let entry = entry.then_ignore(boundary).recover_with(via_parser(skipped));
    let separators = separator.repeated().at_least(1);
    entry.separated_by(separators).allow_trailing().collect().delimited_by(sign(open), sign(close)).boxed()
}

/// Skips to the end of the entry, at least nothing: what a broken value leaves behind.
pub(crate) fn rest_of_entry<'t, X: Problem<'t>>() -> P<'t, Range, X> {
    skipped().repeated().map_with(|(), e| range(e.span())).boxed()
}

/// `(inner)`; a broken inside becomes what `broken` makes of its range.
pub(crate) fn parenthesised<'t, O: 't, X: Problem<'t>>(inner: P<'t, O, X>, broken: fn(Range) -> O) -> P<'t, O, X> {
    if quick::applies::<X>() {
        return inner.delimited_by(sign(T::OpenParen), sign(T::CloseParen)).boxed();
    }
    let skipped = skipped().or(sign(T::Comma)).repeated().map_with(move |(), e| broken(range(e.span())));
    let inner = inner.then_ignore(sign(T::CloseParen).rewind()).recover_with(via_parser(skipped));
    inner.delimited_by(sign(T::OpenParen), sign(T::CloseParen)).boxed()
}

/// The end of an entry, not taken.
pub(crate) fn end_of_entry<'t, X: Problem<'t>>() -> P<'t, (), X> {
    let end = select! {
        Tok::Separator => (),
        Tok::Sign(T::Comma | T::CloseBrace | T::CloseParen | T::CloseBracket) => (),
    };
    end.labelled("a new line").rewind().boxed()
}

/// One token, or one bracketed group as a whole, that ends no entry.
fn skipped<'t, X: Problem<'t>>() -> P<'t, (), X> {
    let open = select! { Tok::Sign(T::OpenBrace | T::OpenParen | T::OpenBracket) => () };
    let close = select! { Tok::Sign(T::CloseBrace | T::CloseParen | T::CloseBracket) => () };
    let group = recursive(|group| {
        let inner = any().and_is(open.or(close).not()).ignored();
        inner.or(group).repeated().delimited_by(open, close)
    });
    let ends = select! {
        Tok::Separator => (),
        Tok::Sign(T::Comma | T::CloseBrace | T::CloseParen | T::CloseBracket) => (),
    };
    any().and_is(open.or(ends).not()).ignored().or(group).boxed()
}
