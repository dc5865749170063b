//! Files that say what runs today.

use super::contract::{clause, docs_before};
use super::fields::field;
use super::list::braces;
use super::migration::text;
use super::{P, Problem, named, range, word};
use crate::ast::{ContractClause, DeclKind, Expr, Field, Fields, Range, Released};
use chumsky::prelude::*;

enum Entry {
    Release(Expr),
    Field(Field),
    Clause(ContractClause),
    Broken,
}

fn broken(_range: Range) -> Entry {
    Entry::Broken
}

/// `service in environment { release "…", fields and clauses }`
pub(super) fn released<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    let release = word("`release`").ignore_then(text()).map(Entry::Release);
    let clause = clause(expr).map(Entry::Clause);
    let field = field(expr.clone()).map(Entry::Field);
    let entry = choice((docs_before(release.boxed()), docs_before(clause.boxed()), field.boxed()));
    named("a service")
        .then(word("`in`").ignore_then(named("an environment")))
        .then(braces(entry.boxed(), broken).map_with(|entries, e| (entries, range(e.span()))))
        .map(|((service, environment), (entries, range))| {
            let fields = Fields { list: Vec::new(), incomplete: false, range };
            let mut it = Released { service, environment, release: None, fields, contract: Vec::new(), range };
            entries.into_iter().for_each(|entry| add(&mut it, entry));
            DeclKind::Released(it)
        })
        .boxed()
}

fn add(it: &mut Released, entry: Entry) {
    match entry {
        Entry::Release(text) => it.release = Some(text),
        Entry::Field(field) => it.fields.list.push(field),
        Entry::Clause(clause) => it.contract.push(clause),
        Entry::Broken => it.fields.incomplete = true,
    }
}
