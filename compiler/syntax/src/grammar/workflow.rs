//! Workflows and their steps.

use super::list::braces;
use super::types::params;
use super::{Input, P, Problem, REPEATED, accept, docs, named, range, sign, word};
use crate::ast::{Check, DeclKind, Expr, Modifiers, Name, Range, Rollout, Step, StepKind, Workflow};
use crate::lex::TokenKind as T;
use chumsky::error::LabelError;
use chumsky::prelude::*;

/// `name(params) { steps }`
pub(super) fn workflow<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    let steps = steps(expr).map_with(|steps, e| (steps, range(e.span())));
    named("the workflow's name")
        .then(params(expr.clone()))
        .then(steps)
        .map(|((name, params), (steps, range))| DeclKind::Workflow(Workflow { name, params, steps, range }))
        .boxed()
}

fn broken(range: Range) -> Step {
    Step { binding: None, kind: StepKind::Error, modifiers: Modifiers::default(), range }
}

fn steps<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Vec<Step>, X> {
    let action = action(expr);
    let expr = expr.clone();
    recursive(move |steps| {
        let modifier = modifier(&expr, steps.boxed());
        let step =
            action.clone().then(modifier.repeated().collect::<Vec<_>>()).try_map(|((binding, kind), list), place| {
                let repeated = || LabelError::<Input<'t>, &'static str>::expected_found([REPEATED], None, place);
                let modifiers = list.into_iter().try_fold(Modifiers::default(), add).ok_or_else(repeated)?;
                Ok(Step { binding, kind, modifiers, range: range(place) })
            });
        braces(docs().ignore_then(step).boxed(), broken)
    })
    .boxed()
}

enum Modifier {
    Within(Expr),
    Retry(Expr),
    OnFailure(Vec<Step>),
}

/// The modifiers with one more, unless it is there already.
fn add(mut modifiers: Modifiers, modifier: Modifier) -> Option<Modifiers> {
    let repeated = match modifier {
        Modifier::Within(duration) => modifiers.within.replace(duration).is_some(),
        Modifier::Retry(times) => modifiers.retry.replace(times).is_some(),
        Modifier::OnFailure(steps) => modifiers.on_failure.replace(steps).is_some(),
    };
    (!repeated).then_some(modifiers)
}

fn modifier<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>, steps: P<'t, Vec<Step>, X>) -> P<'t, Modifier, X> {
    let within = word("`within`").ignore_then(expr.clone()).map(Modifier::Within);
    let retry = word("`retry`").ignore_then(expr.clone()).then_ignore(word("`times`")).map(Modifier::Retry);
    let on_failure = word("`on`").ignore_then(word("`failure`")).ignore_then(steps).map(Modifier::OnFailure);
    choice((within.boxed(), retry.boxed(), on_failure.boxed())).boxed()
}

fn action<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, (Option<Name>, StepKind), X> {
    let run = word("`run`").ignore_then(expr.clone()).map(StepKind::Run).boxed();
    let binding = word("`let`").ignore_then(named("a name")).then_ignore(sign(T::Equals));
    let bound = binding.then(run.clone()).map(|(name, run)| (Some(name), run));
    let accept = accept::accept(expr).map(StepKind::Accept).boxed();
    let plain = choice((accept, run, rollout(expr), check(expr), approval(expr))).map(|kind| (None, kind));
    bound.or(plain).boxed()
}

fn rollout<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StepKind, X> {
    word("`rollout`")
        .ignore_then(named("a service"))
        .then(sign(T::At).ignore_then(named("a release")))
        .then(word("`to`").ignore_then(named("an environment")))
        .then(word("`using`").ignore_then(expr.clone()))
        .map(|(((service, release), environment), strategy)| {
            StepKind::Rollout(Rollout { service, release, environment, strategy })
        })
        .boxed()
}

fn check<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StepKind, X> {
    word("`check`")
        .ignore_then(named("a gate"))
        .then(word("`of`").ignore_then(named("a service")))
        .then(word("`in`").ignore_then(named("an environment")))
        .then(word("`over`").ignore_then(expr.clone()))
        .map(|(((gate, service), environment), over)| StepKind::Check(Check { gate, service, environment, over }))
        .boxed()
}

fn approval<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StepKind, X> {
    word("`approval`")
        .ignore_then(expr.clone().or_not())
        .then(word("`from`").ignore_then(expr.clone()))
        .map(|(count, people)| StepKind::Approval { count, people })
        .boxed()
}
