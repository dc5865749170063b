//! Rollouts of several services as one.

use super::rollout::target;
use crate::ast::{Expr, Range, Release, StepKind, Together, TogetherMember};
use crate::grammar::list::braces;
use crate::grammar::strategy::before_braces;
use crate::grammar::{P, Problem, docs, named, range, word};
use chumsky::prelude::*;

/// `together group to environment using strategy { a@x, b@y after a }`
pub(super) fn together<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StepKind, X> {
    let to = word("`to`");
    let group = to.clone().not().ignore_then(named("a group")).or_not();
    let members = braces(member(expr), broken).map_with(|members, e| (members, range(e.span())));
    word("`together`")
        .ignore_then(group)
        .then(to.ignore_then(named("an environment")))
        .then(word("`using`").ignore_then(before_braces("a strategy", expr)))
        .then(members)
        .map(|(((group, environment), strategy), (members, range))| {
            StepKind::Together(Together { group, environment, strategy, members, range })
        })
        .boxed()
}

/// `service@release after other and another`
fn member<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, TogetherMember, X> {
    let before = named("a service").separated_by(word("`and`")).at_least(1).collect();
    let after = word("`after`").ignore_then(before).or_not();
    docs()
        .ignore_then(target(expr).then(after))
        .map_with(|((service, release), after), e| TogetherMember {
            service: Some(service),
            release,
            after: after.unwrap_or_default(),
            range: range(e.span()),
        })
        .boxed()
}

fn broken(range: Range) -> TogetherMember {
    let name = crate::ast::Name { text: smol_str::SmolStr::default(), range };
    let release = Release { name, fields: Vec::new(), overrides: Vec::new() };
    TogetherMember { service: None, release, after: Vec::new(), range }
}
