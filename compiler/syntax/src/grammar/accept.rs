//! Exceptions, wherever they stand.

use super::{P, Problem, named, range, word};
use crate::ast::{Accept, Expr};
use chumsky::prelude::*;

/// `accept P3 because "…" until 2027-01-31`
pub(super) fn accept<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Accept, X> {
    word("`accept`")
        .ignore_then(named("a proof"))
        .then(word("`because`").ignore_then(expr.clone()))
        .then(word("`until`").ignore_then(expr.clone()))
        .map_with(|((proof, because), until), e| Accept { proof, because, until, range: range(e.span()) })
        .boxed()
}
