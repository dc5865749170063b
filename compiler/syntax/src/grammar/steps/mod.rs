//! The steps of workflows, one file for each family.

mod blocks;
mod data;
mod people;
mod rollout;
mod together;

use super::{P, Problem};
use crate::ast::{Expr, Step, StepKind};
use chumsky::prelude::*;

/// Steps without steps inside.
pub(super) fn plain<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StepKind, X> {
    choice((
        rollout::rollout(expr),
        rollout::rollback(),
        rollout::check(expr),
        rollout::mirror(expr),
        rollout::expose(expr),
        together::together(expr),
        data::migrate(),
        people::approval(expr),
        people::notify(expr),
        people::wait(expr),
    ))
    .boxed()
}

/// Steps made of other steps.
pub(super) fn holding_others<'t, X: Problem<'t>>(
    expr: &P<'t, Expr, X>,
    block: &P<'t, Vec<Step>, X>,
) -> P<'t, StepKind, X> {
    choice((
        blocks::parallel(block),
        blocks::series(block),
        blocks::finally(block),
        blocks::for_each(expr, block),
        blocks::when(expr, block),
    ))
    .boxed()
}
