//! Steps that wait for people or tell them something, and steps that only wait.

use crate::ast::{Approval, Expr, Notify, StepKind, Wait};
use crate::grammar::{P, Problem, named, word};
use chumsky::prelude::*;

/// `approval N from people`
pub(super) fn approval<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StepKind, X> {
    word("`approval`")
        .ignore_then(expr.clone().or_not())
        .then(word("`from`").ignore_then(expr.clone()))
        .map(|(count, people)| StepKind::Approval(Approval { count, people }))
        .boxed()
}

/// `notify channel "text"`
pub(super) fn notify<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StepKind, X> {
    word("`notify`")
        .ignore_then(named("a channel"))
        .then(expr.clone())
        .map(|(channel, text)| StepKind::Notify(Notify { channel, text }))
        .boxed()
}

/// `wait D`, `wait until TIME in "zone"`
pub(super) fn wait<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StepKind, X> {
    let zone = word("`in`").ignore_then(expr.clone());
    let until = word("`until`").ignore_then(expr.clone()).then(zone).map(|(time, zone)| Wait::Until { time, zone });
    word("`wait`").ignore_then(until.or(expr.clone().map(Wait::For))).map(StepKind::Wait).boxed()
}
