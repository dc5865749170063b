//! Links to what to read when something goes wrong, behind what they are about.

use super::{P, Problem, word};
use crate::ast::Expr;
use chumsky::prelude::*;

/// `runbook "https://…"`
pub(super) fn runbook<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Expr, X> {
    word("`runbook`").ignore_then(expr.clone()).boxed()
}
