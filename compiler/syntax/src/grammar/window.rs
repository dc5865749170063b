//! Windows and freezes.

use super::list::brackets;
use super::{P, Problem, range, sign, word};
use crate::ast::{Days, Expr, ExprKind, Freeze, Literal, Name, Range, Window};
use crate::layout::Tok;
use crate::lex::TokenKind as T;
use crate::words;
use chumsky::prelude::*;
use jiff::civil::Date;
use smol_str::SmolStr;

/// `mon..thu 09:00..16:00 in "Europe/Berlin" except [2026-12-24, 2026-12-31]`
pub(crate) fn window<'t, X: Problem<'t>>() -> P<'t, ExprKind, X> {
    let last = sign(T::DotDot).ignore_then(weekday()).or_not();
    let days = weekday().then(last);
    // Behind days it can be nothing but a window; times alone may also be a range of times.
    let with_days = days.map(Some).then(hours("`in` and a time zone"));
    let without = hours("an operator").map(|hours| (None, hours));
    let except = word("`except`").ignore_then(excepted()).or_not();
    with_days
        .or(without)
        .then(except)
        .map(|((days, (from, to, times, zone)), except)| {
            let except = except.unwrap_or_default();
            ExprKind::Window(Box::new(Window { days, from, to, times, zone, except }))
        })
        .boxed()
}

/// From, to, where they stand, and the time zone.
type Hours = (u16, u16, Range, Expr);

/// `09:00..16:00 in "Europe/Berlin"`
fn hours<'t, X: Problem<'t>>(zone: &'static str) -> P<'t, Hours, X> {
    let times = time().then_ignore(sign(T::DotDot).labelled("an operator")).then(time());
    times
        .map_with(|times, e| (times, range(e.span())))
        .then_ignore(word("`in`").labelled(zone))
        .then(text("a time zone"))
        .map(|(((from, to), times), zone)| (from, to, times, zone))
        .boxed()
}

/// `2026-12-20..2027-01-02 in "Europe/Berlin" because "the shop is full"`
pub(crate) fn freeze<'t, X: Problem<'t>>() -> P<'t, ExprKind, X> {
    days()
        .then_ignore(word("`in`").labelled("an operator"))
        .then(text("a time zone"))
        .then_ignore(word("`because`"))
        .then(text("a reason"))
        .map(|((days, zone), because)| ExprKind::Freeze(Box::new(Freeze { days, zone, because })))
        .boxed()
}

fn excepted<'t, X: Problem<'t>>() -> P<'t, Vec<Days>, X> {
    let several = brackets(days().map(Some).boxed(), |_: Range| None);
    several.map(|list| list.into_iter().flatten().collect()).or(days().map(|days| vec![days])).boxed()
}

/// `2026-12-20..2027-01-02`, or one day
fn days<'t, X: Problem<'t>>() -> P<'t, Days, X> {
    let last = sign(T::DotDot).labelled("an operator").ignore_then(date()).or_not();
    date()
        .then(last)
        .map_with(|(first, last), e| Days { first, last: last.unwrap_or(first), range: range(e.span()) })
        .boxed()
}

fn weekday<'t, X: Problem<'t>>() -> P<'t, Name, X> {
    select! { Tok::Word(text) if words::WEEKDAYS.contains(&text) => SmolStr::new(text) }
        .labelled("a value")
        .map_with(|text, e| Name { text, range: range(e.span()) })
        .boxed()
}

fn time<'t, X: Problem<'t>>() -> P<'t, u16, X> {
    select! { Tok::Number(Literal::Time(minutes)) => minutes }.labelled("a value").boxed()
}

fn date<'t, X: Problem<'t>>() -> P<'t, Date, X> {
    select! { Tok::Number(Literal::Date(date)) => date }.labelled("a value").boxed()
}

fn text<'t, X: Problem<'t>>(label: &'static str) -> P<'t, Expr, X> {
    select! { Tok::Str(parts) => ExprKind::Str(parts.to_vec()) }
        .labelled(label)
        .map_with(|kind, e| Expr { range: range(e.span()), kind })
        .boxed()
}
