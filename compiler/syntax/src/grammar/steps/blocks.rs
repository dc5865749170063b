//! Steps made of other steps: branches, loops, conditions, the end.

use crate::ast::{Expr, ForEach, Modifiers, Step, StepKind, When};
use crate::grammar::strategy::before_braces;
use crate::grammar::{P, Problem, named, range, word};
use chumsky::prelude::*;

/// `parallel { ... }`
pub(super) fn parallel<'t, X: Problem<'t>>(block: &P<'t, Vec<Step>, X>) -> P<'t, StepKind, X> {
    word("`parallel`").ignore_then(block.clone()).map(StepKind::Parallel).boxed()
}

/// `series { ... }`
pub(super) fn series<'t, X: Problem<'t>>(block: &P<'t, Vec<Step>, X>) -> P<'t, StepKind, X> {
    word("`series`").ignore_then(block.clone()).map(StepKind::Series).boxed()
}

/// `finally { ... }`
pub(super) fn finally<'t, X: Problem<'t>>(block: &P<'t, Vec<Step>, X>) -> P<'t, StepKind, X> {
    word("`finally`").ignore_then(block.clone()).map(StepKind::Finally).boxed()
}

/// `for name in list one at a time { ... }`, `... at once { ... }`
pub(super) fn for_each<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>, block: &P<'t, Vec<Step>, X>) -> P<'t, StepKind, X> {
    let one_at_a_time =
        word("`one`").ignore_then(word("`at`")).ignore_then(word("`a`")).ignore_then(word("`time`")).to(false);
    let at_once = word("`at`").ignore_then(word("`once`")).to(true);
    word("`for`")
        .ignore_then(named("a name"))
        .then(word("`in`").ignore_then(before_braces("a list", expr)))
        .then(one_at_a_time.or(at_once).or_not())
        .then(block.clone())
        .map_with(|(((binder, list), at_once), steps), e| {
            let at_once = at_once.unwrap_or(false);
            StepKind::For(ForEach { binder, list, at_once, steps, range: range(e.span()) })
        })
        .boxed()
}

/// `when condition { ... } else { ... }`, `... else when ...`
pub(super) fn when<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>, block: &P<'t, Vec<Step>, X>) -> P<'t, StepKind, X> {
    let (expr, block) = (expr.clone(), block.clone());
    recursive(move |when| {
        let again = when.map_with(|kind, e| {
            vec![Step { binding: None, kind, modifiers: Modifiers::default(), range: range(e.span()) }]
        });
        let otherwise = word("`else`").ignore_then(block.clone().or(again)).or_not();
        word("`when`").ignore_then(before_braces("a condition", &expr)).then(block.clone()).then(otherwise).map(
            |((condition, then), otherwise)| {
                StepKind::When(When { condition, then, otherwise: otherwise.unwrap_or_default() })
            },
        )
    })
    .boxed()
}
