//! Databases.

use super::fields::fields;
use super::types::type_ref;
use super::{P, Problem, named, sign};
use crate::ast::{Database, DeclKind, Expr};
use crate::lex::TokenKind as T;
use chumsky::prelude::*;

/// `name: Type { fields }`
pub(super) fn database<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    named("the database's name")
        .then(sign(T::Colon).ignore_then(type_ref()))
        .then(fields(expr.clone()))
        .map(|((name, ty), fields)| DeclKind::Database(Database { name, ty, fields }))
        .boxed()
}
