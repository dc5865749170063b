//! `{ name = value }`: the fields of records, services, bindings, actions and metrics.

use super::list::{braces, end_of_entry, rest_of_entry};
use super::{P, Problem, docs, named, quick, range, sign};
use crate::ast::{Expr, ExprKind, Field, Fields, Range};
use crate::lex::TokenKind as T;
use chumsky::prelude::*;

/// `{ name = value, ... }`
pub(crate) fn fields<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, Fields, X> {
    braces(field(expr).map(Some).boxed(), broken)
        .map_with(|entries: Vec<Option<Field>>, e| {
            let incomplete = entries.iter().any(Option::is_none);
            Fields { list: entries.into_iter().flatten().collect(), incomplete, range: range(e.span()) }
        })
        .boxed()
}

fn broken(_range: Range) -> Option<Field> {
    None
}

/// `name = value`; an unreadable value becomes an error expression.
pub(crate) fn field<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, Field, X> {
    let body = named("a field").then_ignore(sign(T::Equals)).then(value(expr));
    docs()
        .then(body.map_with(|body, e| (body, range(e.span()))))
        .map(|(docs, ((name, value), range))| Field { docs, name, value, range })
        .boxed()
}

fn value<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, Expr, X> {
    if quick::applies::<X>() {
        return expr.then_ignore(end_of_entry()).boxed();
    }
    let unreadable = rest_of_entry().map(|range| Expr { range, kind: ExprKind::Error });
    expr.then_ignore(end_of_entry()).recover_with(via_parser(unreadable)).boxed()
}
