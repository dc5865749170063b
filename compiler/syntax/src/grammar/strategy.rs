//! Strategies and their stages.

use super::list::braces;
use super::types::params;
use super::{Input, P, Problem, REPEATED, accept, docs, name, named, range, sign, word};
use crate::ast::{DeclKind, Expr, Instances, Stage, StageEntry, Strategy};
use crate::lex::TokenKind as T;
use chumsky::error::LabelError;
use chumsky::prelude::*;

/// `name(params) while guard { stages }`
pub(super) fn strategy<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    let guard = word("`while`").ignore_then(before_braces("a gate", expr)).or_not();
    named("the strategy's name")
        .then(params(expr.clone()).or_not())
        .then(guard)
        .then(stages(expr).map_with(|stages, e| (stages, range(e.span()))))
        .map(|(((name, params), guard), (stages, range))| {
            DeclKind::Strategy(Strategy { name, params: params.unwrap_or_default(), guard, stages, range })
        })
        .boxed()
}

/// An expression with braces behind it, which it may not take for its own.
pub(super) fn before_braces<'t, X: Problem<'t>>(label: &'static str, expr: &P<'t, Expr, X>) -> P<'t, Expr, X> {
    sign(T::OpenBrace).not().labelled(label).ignore_then(expr.clone()).boxed()
}

fn stages<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Vec<StageEntry>, X> {
    let stage = accept::accept(expr).map(StageEntry::Accept).or(stage(expr)).boxed();
    let list = word("`in`").ignore_then(before_braces("a list", expr));
    let head = word("`for`").ignore_then(name()).then(list);
    recursive(move |stages| {
        let each = head.clone().then(stages).map_with(|((binder, list), stages), e| StageEntry::For {
            binder,
            list,
            stages,
            range: range(e.span()),
        });
        braces(docs().ignore_then(each.or(stage.clone())).boxed(), StageEntry::Error)
    })
    .boxed()
}

enum Clause {
    Instances(Instances),
    Keeping(Expr),
    Hold(Expr),
    Guard(Expr),
}

fn stage<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StageEntry, X> {
    expr.clone()
        .then(clause(expr).repeated().collect::<Vec<_>>())
        .try_map(|(weight, clauses), place| {
            let range = range(place);
            let empty = Stage { weight, instances: None, keeping: None, hold: None, guard: None, range };
            let stage = clauses.into_iter().try_fold(empty, add);
            let repeated = || LabelError::<Input<'t>, &'static str>::expected_found([REPEATED], None, place);
            stage.map(|stage| StageEntry::Stage(Box::new(stage))).ok_or_else(repeated)
        })
        .boxed()
}

/// The stage with one more clause, unless it has that clause already.
fn add(mut stage: Stage, clause: Clause) -> Option<Stage> {
    let repeated = match clause {
        Clause::Instances(instances) => stage.instances.replace(instances).is_some(),
        Clause::Keeping(share) => stage.keeping.replace(share).is_some(),
        Clause::Hold(duration) => stage.hold.replace(duration).is_some(),
        Clause::Guard(gate) => stage.guard.replace(gate).is_some(),
    };
    (!repeated).then_some(stage)
}

fn clause<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Clause, X> {
    let of_replicas = word("`of`").ignore_then(word("`replicas`"));
    let share = of_replicas.clone().to(Instances::Share as fn(Expr) -> Instances);
    let count = word("`instances`").to(Instances::Count as fn(Expr) -> Instances);
    let on = word("`on`")
        .ignore_then(expr.clone())
        .then(share.or(count))
        .map(|(value, make)| Clause::Instances(make(value)));
    let keeping = word("`keeping`").ignore_then(expr.clone()).then_ignore(of_replicas).map(Clause::Keeping);
    let hold = word("`for`").ignore_then(expr.clone()).map(Clause::Hold);
    let guard = word("`while`").ignore_then(expr.clone()).map(Clause::Guard);
    choice((on.boxed(), keeping.boxed(), hold.boxed(), guard.boxed())).boxed()
}
