//! Gates and service level objectives.

use super::expression::{Expressions, comparison};
use super::list::braces;
use super::runbook::runbook;
use super::{P, Problem, accept, docs, name, named, range, sign, word};
use crate::ast::{Condition, DeclKind, Expr, Gate, GateClause, GateClauseKind, Objective, Slo};
use crate::lex::TokenKind as T;
use chumsky::prelude::*;

/// `name for subject against baseline runbook "https://…" { ... }`
pub(super) fn gate<'t, X: Problem<'t>>(expr: &Expressions<'t, X>) -> P<'t, DeclKind, X> {
    let subject = word("`for`").ignore_then(named("`canary`, `shadow` or `service`"));
    let against = word("`against`").ignore_then(named("an arm")).or_not();
    let clause = docs().ignore_then(clause(expr)).map_with(|kind, e| GateClause { range: range(e.span()), kind });
    let clauses = braces(clause.boxed(), |range| GateClause { range, kind: GateClauseKind::Error });
    named("the gate's name")
        .then(subject)
        .then(against)
        .then(runbook(&expr.any).or_not())
        .then(clauses.map_with(|clauses, e| (clauses, range(e.span()))))
        .map(|((((name, subject), against), runbook), (clauses, range))| {
            DeclKind::Gate(Gate { name, subject, against, runbook, clauses, range })
        })
        .boxed()
}

fn clause<'t, X: Problem<'t>>(expr: &Expressions<'t, X>) -> P<'t, GateClauseKind, X> {
    let any = &expr.any;
    let at_least = word("`at`").ignore_then(word("`least`")).ignore_then(any.clone()).then_ignore(word("`requests`"));
    let warm_up = word("`warm`").ignore_then(word("`up`")).ignore_then(any.clone());
    let lag = word("`lag`").then_ignore(sign(T::OpenParen).not()).ignore_then(any.clone());
    let condition = burn(any.clone()).or(compare(&expr.operand)).boxed();
    let advisory = word("`advisory`").ignore_then(condition.clone());
    let extend = word("`extend`").ignore_then(any.clone()).then_ignore(word("`then`")).or_not();
    let ending = choice((ending("`rollback`"), ending("`hold`"), ending("`ask`")));
    let inconclusive = word("`inconclusive`").ignore_then(sign(T::Colon)).ignore_then(extend).then(ending);
    choice((
        accept::accept(any).map(GateClauseKind::Accept).boxed(),
        at_least.map(GateClauseKind::AtLeast).boxed(),
        warm_up.map(GateClauseKind::WarmUp).boxed(),
        inconclusive.map(|(extend, then)| GateClauseKind::Inconclusive { extend, then }).boxed(),
        word("`confidence`").ignore_then(any.clone()).map(GateClauseKind::Confidence).boxed(),
        lag.map(GateClauseKind::Lag).boxed(),
        advisory.map(GateClauseKind::Advisory).boxed(),
        condition.map(GateClauseKind::Condition).boxed(),
    ))
    .boxed()
}

fn ending<'t, X: Problem<'t>>(quoted: &'static str) -> P<'t, crate::ast::Name, X> {
    let text = smol_str::SmolStr::new_static(quoted.trim_matches('`'));
    word(quoted).map(move |range| crate::ast::Name { text: text.clone(), range }).boxed()
}

/// `slo burns at most P% of budget in D`
fn burn<'t, X: Problem<'t>>(any: P<'t, Expr, X>) -> P<'t, Condition, X> {
    let share = word("`burns`").ignore_then(word("`at`")).ignore_then(word("`most`")).ignore_then(any.clone());
    let window = word("`of`").ignore_then(word("`budget`")).ignore_then(word("`in`")).ignore_then(any);
    named("an objective")
        .then(share)
        .then(window)
        .map(|((slo, share), window)| Condition::Burn { slo, share, window })
        .boxed()
}

fn compare<'t, X: Problem<'t>>(operand: &P<'t, Expr, X>) -> P<'t, Condition, X> {
    let right = comparison().then(operand.clone());
    operand.clone().then(right).map(|(left, (op, right))| Condition::Compare { left, op, right }).boxed()
}

/// `name for service { metric keep P% good over D }`
pub(super) fn slo<'t, X: Problem<'t>>(any: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    let target = word("`keep`").ignore_then(any.clone());
    let good = word("`good`").to(None);
    let under = word("`under`").ignore_then(any.clone()).map(Some);
    let period = word("`over`").ignore_then(any.clone());
    let body = named("a metric").then(target).then(good.or(under)).then(period);
    let objective = docs().ignore_then(body.map_with(|(((metric, target), under), period), e| {
        Some(Objective { metric, target, under, period, range: range(e.span()) })
    }));
    let objectives = braces(objective.boxed(), |_| None).map_with(|list, e| (list, range(e.span())));
    named("the objective's name")
        .then(word("`for`").ignore_then(name()))
        .then(objectives)
        .map(|((name, service), (list, range))| {
            let incomplete = list.iter().any(Option::is_none);
            DeclKind::Slo(Slo { name, service, objectives: list.into_iter().flatten().collect(), incomplete, range })
        })
        .boxed()
}
