//! Workflows: headers, steps in order, and what may stand behind a step.

use super::list::braces;
use super::runbook::runbook;
use super::types::params;
use super::{Input, P, Problem, REPEATED, accept, docs, named, range, sign, steps, word};
use crate::ast::{DeclKind, Expr, GoOn, MaySpend, Modifiers, Name, Range, Silencing, Step, StepKind, Workflow};
use crate::lex::TokenKind as T;
use chumsky::error::LabelError;
use chumsky::prelude::*;

/// `name(params) during freeze runbook "https://…" { steps }`; nothing stands between the brackets, or there are none.
pub(super) fn workflow<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    body(expr).map(DeclKind::Workflow).boxed()
}

/// `workflow name(params) { steps }`, behind the word `emergency`, which is the head.
pub(super) fn emergency<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    word("`workflow`")
        .then(body(expr))
        .map(|(head, body)| DeclKind::Workflow(Workflow { emergency: Some(head), ..body }))
        .boxed()
}

fn body<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Workflow, X> {
    let steps = block(expr).map_with(|steps, e| (steps, range(e.span())));
    named("the workflow's name")
        .then(params(expr.clone()).or_not().map(Option::unwrap_or_default))
        .then(during_freeze().or_not())
        .then(runbook(expr).or_not())
        .then(steps)
        .map(|((((name, params), during_freeze), runbook), (steps, range))| Workflow {
            emergency: None,
            name,
            params,
            during_freeze,
            runbook,
            steps,
            range,
        })
        .boxed()
}

fn during_freeze<'t, X: Problem<'t>>() -> P<'t, Range, X> {
    word("`during`").then(word("`freeze`")).map(|(first, last)| first.to(last)).boxed()
}

fn broken(range: Range) -> Step {
    Step { binding: None, kind: StepKind::Error, modifiers: Modifiers::default(), range }
}

/// `{ steps }`
fn block<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Vec<Step>, X> {
    let expr = expr.clone();
    recursive(move |block| {
        let block: P<'t, Vec<Step>, X> = block.boxed();
        let modifier = modifier(&expr, block.clone());
        let step = action(&expr, &block).then(modifier.repeated().collect::<Vec<_>>()).try_map(
            |((binding, kind), list), place| {
                let repeated = || LabelError::<Input<'t>, &'static str>::expected_found([REPEATED], None, place);
                let modifiers = list.into_iter().try_fold(Modifiers::default(), add).ok_or_else(repeated)?;
                Ok(Step { binding, kind, modifiers, range: range(place) })
            },
        );
        braces(docs().ignore_then(step).boxed(), broken)
    })
    .boxed()
}

fn action<'t, X: Problem<'t>>(
    expr: &P<'t, Expr, X>,
    block: &P<'t, Vec<Step>, X>,
) -> P<'t, (Option<Name>, StepKind), X> {
    let run = word("`run`").ignore_then(expr.clone()).map(StepKind::Run).boxed();
    let binding = word("`let`").ignore_then(named("a name")).then_ignore(sign(T::Equals));
    let bound = binding.then(run.clone()).map(|(name, run)| (Some(name), run));
    let accept = accept::accept(expr).map(StepKind::Accept).boxed();
    let plain = choice((accept, run, steps::plain(expr), steps::holding_others(expr, block))).map(|kind| (None, kind));
    bound.or(plain).boxed()
}

enum Modifier {
    Within(Expr),
    Retry(Expr),
    OnFailure(Vec<Step>),
    GoOn(GoOn),
    DuringFreeze(Range),
    AfterTheFact(Range),
    MaySpend(MaySpend),
    Runbook(Expr),
    Silencing(Silencing),
}

/// The modifiers with one more, unless it is there already.
fn add(mut modifiers: Modifiers, modifier: Modifier) -> Option<Modifiers> {
    let repeated = match modifier {
        Modifier::Within(duration) => modifiers.within.replace(duration).is_some(),
        Modifier::Retry(times) => modifiers.retry.replace(times).is_some(),
        Modifier::OnFailure(steps) => modifiers.on_failure.replace(steps).is_some(),
        Modifier::GoOn(go_on) => modifiers.go_on.replace(go_on).is_some(),
        Modifier::DuringFreeze(range) => modifiers.during_freeze.replace(range).is_some(),
        Modifier::AfterTheFact(range) => modifiers.after_the_fact.replace(range).is_some(),
        Modifier::MaySpend(limit) => modifiers.may_spend.replace(limit).is_some(),
        Modifier::Runbook(url) => modifiers.runbook.replace(url).is_some(),
        Modifier::Silencing(silencing) => modifiers.silencing.replace(silencing).is_some(),
    };
    (!repeated).then_some(modifiers)
}

fn modifier<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>, block: P<'t, Vec<Step>, X>) -> P<'t, Modifier, X> {
    let within = word("`within`").ignore_then(expr.clone()).map(Modifier::Within);
    let retry = word("`retry`").ignore_then(expr.clone()).then_ignore(word("`times`")).map(Modifier::Retry);
    let after = word("`after`").then_ignore(word("`the`")).then(word("`fact`"));
    choice((
        within.boxed(),
        retry.boxed(),
        on_failure(expr, block),
        during_freeze().map(Modifier::DuringFreeze).boxed(),
        after.map(|(first, last)| Modifier::AfterTheFact(first.to(last))).boxed(),
        may_spend(expr),
        runbook(expr).map(Modifier::Runbook).boxed(),
        silencing(expr),
    ))
    .boxed()
}

/// `silencing { label = "value" } for at most D`
fn silencing<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Modifier, X> {
    let at_most = word("`for`").then(word("`at`")).then(word("`most`")).ignore_then(expr.clone());
    let whole = word("`silencing`").ignore_then(expr.clone()).then(at_most);
    let made = whole.map_with(|(matching, at_most), e| Silencing { matching, at_most, range: range(e.span()) });
    made.map(Modifier::Silencing).boxed()
}

/// `may spend at most R of budget`
fn may_spend<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Modifier, X> {
    let head = word("`may`").then(word("`spend`")).then(word("`at`")).then(word("`most`"));
    let share = head.ignore_then(expr.clone()).then_ignore(word("`of`").then(word("`budget`")));
    share.map_with(|share, e| Modifier::MaySpend(MaySpend { share, range: range(e.span()) })).boxed()
}

/// `on failure { steps }`, `on failure continue because "..."`
fn on_failure<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>, block: P<'t, Vec<Step>, X>) -> P<'t, Modifier, X> {
    let go_on = word("`continue`").ignore_then(word("`because`")).ignore_then(expr.clone());
    let go_on = go_on.map_with(|because, e| Modifier::GoOn(GoOn { because, range: range(e.span()) }));
    let handled = block.map(Modifier::OnFailure);
    word("`on`").ignore_then(word("`failure`")).ignore_then(go_on.or(handled)).boxed()
}
