//! Policies.

use super::list::braces;
use super::strategy::before_braces;
use super::{P, Problem, docs, named, range, word};
use crate::ast::{DeclKind, Expr, Policy, Requirement};
use chumsky::prelude::*;

/// `name for rollout r where condition { require condition because "…" }`
pub(super) fn policy<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    let because = word("`because`").ignore_then(expr.clone()).or_not();
    let requirement = word("`require`").ignore_then(expr.clone()).then(because);
    let requirement = requirement
        .map_with(|(condition, because), e| Some(Requirement { condition, because, range: range(e.span()) }));
    let requirements =
        braces(docs().ignore_then(requirement).boxed(), |_| None).map_with(|list, e| (list, range(e.span())));
    named("the policy's name")
        .then(word("`for`").ignore_then(named("`rollout`, `stage`, `workflow` or `migration`")))
        .then(named("a name for it"))
        .then(word("`where`").ignore_then(before_braces("a condition", expr)).or_not())
        .then(requirements)
        .map(|((((name, subject), binder), condition), (list, range))| {
            let incomplete = list.iter().any(Option::is_none);
            let requirements = list.into_iter().flatten().collect();
            DeclKind::Policy(Policy { name, subject, binder, condition, requirements, incomplete, range })
        })
        .boxed()
}
