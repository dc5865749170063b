//! Strategies and their stages.

use super::expression::comparison;
use super::list::braces;
use super::types::params;
use super::{Input, P, Problem, REPEATED, accept, docs, name, named, range, sign, word};
use crate::ast::{DeclKind, Expr, Instances, Pause, Range, Stage, StageEntry, Strategy};
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
    Cohort(Expr),
    Sticky(Expr),
    Surge(Expr),
    Unavailable(Expr),
    AfterStop(Range),
    Pause(Pause),
}

fn stage<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, StageEntry, X> {
    let mirrored = word("`mirror`").ignore_then(expr.clone()).map(|share| (share, true)).boxed();
    let weight = mirrored.or(expr.clone().map(|weight| (weight, false)));
    weight
        .then(clause(expr).repeated().collect::<Vec<_>>())
        .try_map(|((weight, mirrored), clauses), place| {
            let range = range(place);
            let empty = bare(weight, mirrored, range);
            let stage = clauses.into_iter().try_fold(empty, add);
            let repeated = || LabelError::<Input<'t>, &'static str>::expected_found([REPEATED], None, place);
            stage.map(|stage| StageEntry::Stage(Box::new(stage))).ok_or_else(repeated)
        })
        .boxed()
}

fn bare(weight: Expr, mirrored: bool, range: Range) -> Stage {
    Stage {
        weight,
        mirrored,
        cohort: None,
        sticky: None,
        instances: None,
        keeping: None,
        surge: None,
        unavailable: None,
        after_stop: None,
        hold: None,
        guard: None,
        pause: None,
        range,
    }
}

/// The stage with one more clause, unless it has that clause already.
fn add(mut stage: Stage, clause: Clause) -> Option<Stage> {
    let repeated = match clause {
        Clause::Instances(instances) => stage.instances.replace(instances).is_some(),
        Clause::Keeping(share) => stage.keeping.replace(share).is_some(),
        Clause::Hold(duration) => stage.hold.replace(duration).is_some(),
        Clause::Guard(gate) => stage.guard.replace(gate).is_some(),
        Clause::Cohort(cohort) => stage.cohort.replace(cohort).is_some(),
        Clause::Sticky(key) => stage.sticky.replace(key).is_some(),
        Clause::Surge(share) => stage.surge.replace(share).is_some(),
        Clause::Unavailable(share) => stage.unavailable.replace(share).is_some(),
        Clause::AfterStop(range) => stage.after_stop.replace(range).is_some(),
        Clause::Pause(pause) => stage.pause.replace(pause).is_some(),
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
    let cohort = word("`of`").ignore_then(expr.clone()).map(Clause::Cohort);
    let sticky = word("`sticky`").ignore_then(word("`by`")).ignore_then(expr.clone()).map(Clause::Sticky);
    let surge = word("`surge`").ignore_then(expr.clone()).map(Clause::Surge);
    let unavailable = word("`unavailable`").ignore_then(expr.clone()).map(Clause::Unavailable);
    let after_stop = word("`after`").then(word("`stop`")).map(|(after, stop)| Clause::AfterStop(after.to(stop)));
    let exposed = choice((cohort.boxed(), sticky.boxed(), pause(expr).map(Clause::Pause).boxed()));
    let replaced = choice((surge.boxed(), unavailable.boxed(), after_stop.boxed()));
    choice((on.boxed(), keeping.boxed(), hold.boxed(), guard.boxed(), exposed.boxed(), replaced.boxed())).boxed()
}

/// `pause when metric > limit`
pub(super) fn pause<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Pause, X> {
    word("`pause`")
        .ignore_then(word("`when`"))
        .ignore_then(named("a metric"))
        .then(comparison())
        .then(expr.clone())
        .map_with(|((metric, op), limit), e| Pause { metric, op, limit, range: range(e.span()) })
        .boxed()
}
