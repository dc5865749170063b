//! Mentions of types, and parameters.

use super::list::parens;
use super::{P, Problem, docs, named, range, sign, word};
use crate::ast::{Expr, Param, Range, TypeKind, TypeRef};
use crate::lex::TokenKind as T;
use chumsky::prelude::*;

/// `Name`, `Name<A, B>`, `T?`, `fn(A, B) -> C`
pub(crate) fn type_ref<'t, X: Problem<'t>>() -> P<'t, TypeRef, X> {
    recursive(|ty| {
        let params = ty.clone().separated_by(sign(T::Comma)).allow_trailing().collect();
        let params = params.delimited_by(sign(T::OpenParen), sign(T::CloseParen));
        let function = word("`fn`").labelled("a type").ignore_then(params.then_ignore(sign(T::Arrow)).then(ty.clone()));
        let function = function.map_with(|(params, result), e| TypeRef {
            range: range(e.span()),
            kind: TypeKind::Function(params, Box::new(result)),
        });
        let args =
            ty.separated_by(sign(T::Comma)).at_least(1).collect().delimited_by(sign(T::OpenAngle), sign(T::CloseAngle));
        let named = named("a type").then(args.or_not()).map_with(|(name, args), e| TypeRef {
            range: range(e.span()),
            kind: TypeKind::Named(name, args.unwrap_or_default()),
        });
        let value = named.boxed().foldl_with(sign(T::Question).repeated(), |ty, (), e| TypeRef {
            range: range(e.span()),
            kind: TypeKind::Optional(Box::new(ty)),
        });
        function.boxed().or(value.boxed())
    })
    .boxed()
}

/// `name: Type = default`; a broken one is left out.
pub(crate) fn param<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, Option<Param>, X> {
    let default = sign(T::Equals).ignore_then(expr).or_not();
    let body = named("a parameter").then_ignore(sign(T::Colon)).then(type_ref()).then(default);
    docs()
        .then(body.map_with(|body, e| (body, range(e.span()))))
        .map(|(docs, (((name, ty), default), range))| Some(Param { docs, name, ty, default, range }))
        .boxed()
}

/// `(name: Type, ...)`
pub(crate) fn params<'t, X: Problem<'t>>(expr: P<'t, Expr, X>) -> P<'t, Vec<Param>, X> {
    parens(param(expr), broken_param).map(|list| list.into_iter().flatten().collect()).boxed()
}

pub(crate) fn broken_param(_range: Range) -> Option<Param> {
    None
}
