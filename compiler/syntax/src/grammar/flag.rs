//! Feature flags.

use super::fields::fields;
use super::{P, Problem, named};
use crate::ast::{DeclKind, Expr, Flag};
use chumsky::prelude::*;

/// `name { owner = …, expires = … }`
pub(super) fn flag<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    let named = named("the flag's name").then(fields(expr.clone()));
    named.map(|(name, fields)| DeclKind::Flag(Flag { name, fields })).boxed()
}
