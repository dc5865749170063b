//! Steps that move releases: to users, out of their sight, and back.

use crate::ast::{Audience, Check, Expose, Expr, Mirror, Name, Override, Range, Release, Rollback, Rollout, StepKind};
use crate::grammar::list::braces;
use crate::grammar::{P, Problem, docs, named, range, sign, word};
use crate::lex::TokenKind as T;
use chumsky::prelude::*;

/// `rollout service@release to environment using strategy`
pub(super) fn rollout<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StepKind, X> {
    word("`rollout`")
        .ignore_then(target(expr))
        .then(word("`to`").ignore_then(named("an environment")))
        .then(word("`using`").ignore_then(expr.clone()))
        .map(|(((service, release), environment), strategy)| {
            StepKind::Rollout(Box::new(Rollout { service, release, environment, strategy }))
        })
        .boxed()
}

/// `service@release with { ... }`
pub(super) fn target<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, (Name, Release), X> {
    let with = word("`with`").ignore_then(overrides(expr)).or_not();
    let fields = sign(T::Dot).ignore_then(named("a field")).repeated().collect();
    let release = named("a release").then(fields).then(with);
    let release = release.map(|((name, fields), with)| Release { name, fields, overrides: with.unwrap_or_default() });
    named("a service").then(sign(T::At).ignore_then(release)).boxed()
}

fn overrides<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Vec<Override>, X> {
    let path = named("a field").separated_by(sign(T::Dot)).at_least(1).collect();
    let entry = docs().ignore_then(path).then_ignore(sign(T::Equals)).then(expr.clone());
    let entry = entry.map_with(|(path, value), e| Some(Override { path, value, range: range(e.span()) }));
    braces(entry.boxed(), unreadable).map(|list| list.into_iter().flatten().collect()).boxed()
}

fn unreadable(_range: Range) -> Option<Override> {
    None
}

/// `rollback service in environment`, `rollback name`
pub(super) fn rollback<'t, X: Problem<'t>>() -> P<'t, StepKind, X> {
    word("`rollback`")
        .ignore_then(named("a service"))
        .then(word("`in`").ignore_then(named("an environment")).or_not())
        .map(|(target, environment)| StepKind::Rollback(Rollback { target, environment }))
        .boxed()
}

/// `check gate of service in environment over duration`
pub(super) fn check<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StepKind, X> {
    word("`check`")
        .ignore_then(named("a gate"))
        .then(word("`of`").ignore_then(named("a service")))
        .then(word("`in`").ignore_then(named("an environment")))
        .then(word("`over`").ignore_then(expr.clone()))
        .map(|(((gate, service), environment), over)| StepKind::Check(Check { gate, service, environment, over }))
        .boxed()
}

/// `mirror service@release in environment at share for duration while gate`
pub(super) fn mirror<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StepKind, X> {
    word("`mirror`")
        .ignore_then(target(expr))
        .then(word("`in`").ignore_then(named("an environment")))
        .then(word("`at`").ignore_then(expr.clone()))
        .then(word("`for`").ignore_then(expr.clone()))
        .then(word("`while`").ignore_then(expr.clone()).or_not())
        .map(|(((((service, release), environment), share), hold), guard)| {
            StepKind::Mirror(Box::new(Mirror { service, release, environment, share, hold, guard }))
        })
        .boxed()
}

/// `expose flag to share of cohort in environment using strategy`
pub(super) fn expose<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StepKind, X> {
    let cohort = word("`of`").ignore_then(expr.clone()).boxed();
    let share = word("`to`").ignore_then(expr.clone()).then(cohort.clone().or_not());
    let share = share.map(|(share, cohort)| Audience { share: Some(share), cohort });
    let whole = cohort.map(|cohort| Audience { share: None, cohort: Some(cohort) });
    let audience = share.or(whole).boxed();
    word("`expose`")
        .ignore_then(named("a flag"))
        .then(audience.or_not())
        .then(word("`in`").ignore_then(named("an environment")))
        .then(word("`using`").ignore_then(expr.clone()).or_not())
        .map(|(((flag, audience), environment), strategy)| {
            StepKind::Expose(Box::new(Expose { flag, audience, environment, strategy }))
        })
        .boxed()
}
