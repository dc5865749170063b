//! Services: fields, and the clauses of their contract.

use super::fields::field;
use super::list::{braces, end_of_entry, parens};
use super::runbook::runbook;
use super::{P, Problem, accept, docs, named, range, sign, word};
use crate::ast::{
    Accept, AccessVerb, ContractClause, ContractKind, DeclKind, Expr, Field, Fields, Name, Range, Service, TableRef,
};
use crate::lex::TokenKind as T;
use chumsky::prelude::*;

/// `name runbook "https://…" { fields and clauses }`
pub(super) fn service<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    let clause = clause(expr).map(|clause| Some(Entry::Clause(clause)));
    let field = field(expr.clone()).map(|field| Some(Entry::Field(field)));
    let accept = accept::accept(expr).map(|accept| Some(Entry::Accept(accept)));
    let entry = choice((docs_before(accept.boxed()), docs_before(clause.boxed()), field.boxed()));
    let entries = braces(entry.boxed(), broken);
    named("the service's name")
        .then(runbook(expr).or_not())
        .then(entries.map_with(|entries, e| (entries, range(e.span()))))
        .map(|((name, runbook), (entries, range))| {
            DeclKind::Service(Service { runbook, ..sorted(name, entries, range) })
        })
        .boxed()
}

/// The entry with documentation before it, which documents nothing.
pub(super) fn docs_before<'t, O: 't, X: Problem<'t>>(entry: P<'t, O, X>) -> P<'t, O, X> {
    docs().ignore_then(entry).boxed()
}

enum Entry {
    Field(Field),
    Clause(ContractClause),
    Accept(Accept),
}

fn broken(_range: Range) -> Option<Entry> {
    None
}

fn sorted(name: Name, entries: Vec<Option<Entry>>, range: Range) -> Service {
    let fields = Fields { list: Vec::new(), incomplete: false, range };
    let mut service = Service { name, runbook: None, fields, contract: Vec::new(), accepts: Vec::new() };
    for entry in entries {
        match entry {
            Some(Entry::Field(field)) => service.fields.list.push(field),
            Some(Entry::Clause(clause)) => service.contract.push(clause),
            Some(Entry::Accept(accept)) => service.accepts.push(accept),
            None => service.fields.incomplete = true,
        }
    }
    service
}

/// One clause of a contract.
pub(super) fn clause<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, ContractClause, X> {
    // Columns that lost their brace are read one by one, so that they do not make an error each.
    let stray = named("a field").then_ignore(end_of_entry()).map(ContractKind::Stray);
    choice((index(), access(), provides(expr), calls(expr), stray.boxed()))
        .map_with(|kind, e| ContractClause { range: range(e.span()), kind })
        .boxed()
}

fn table<'t, X: Problem<'t>>() -> P<'t, TableRef, X> {
    let table = sign(T::Dot).ignore_then(named("a table"));
    named("a database").then(table).map(|(database, table)| TableRef { database, table }).boxed()
}

fn column<'t, X: Problem<'t>>() -> P<'t, Option<Name>, X> {
    docs_before(named("a column").map(Some).boxed())
}

fn given(columns: Vec<Option<Name>>) -> Vec<Name> {
    columns.into_iter().flatten().collect()
}

/// `needs index database.table(a, b)`
fn index<'t, X: Problem<'t>>() -> P<'t, ContractKind, X> {
    word("`needs`")
        .ignore_then(word("`index`"))
        .ignore_then(table())
        .then(parens(column(), |_| None).map(given))
        .map(|(table, columns)| ContractKind::Index { table, columns })
        .boxed()
}

/// `reads database.table { a, b }`; rows are deleted whole.
fn access<'t, X: Problem<'t>>() -> P<'t, ContractKind, X> {
    let verb = |quoted, verb| word(quoted).to(verb);
    let verb = choice((
        verb("`reads`", AccessVerb::Reads),
        verb("`inserts`", AccessVerb::Inserts),
        verb("`updates`", AccessVerb::Updates),
        verb("`upserts`", AccessVerb::Upserts),
        verb("`needs`", AccessVerb::Needs),
    ));
    let columns = braces(column(), |_| None).map(given);
    let some = verb.then(table()).then(columns).map(|((verb, table), columns)| (verb, table, columns));
    let rows = word("`deletes`").ignore_then(table()).map(|table| (AccessVerb::Deletes, table, Vec::new()));
    some.boxed().or(rows.boxed()).map(|(verb, table, columns)| ContractKind::Access { verb, table, columns }).boxed()
}

/// `provides name: 1..2`
fn provides<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, ContractKind, X> {
    word("`provides`")
        .ignore_then(named("an interface"))
        .then(sign(T::Colon).ignore_then(expr.clone()))
        .map(|(interface, versions)| ContractKind::Provides { interface, versions })
        .boxed()
}

/// `calls service.name: 2`
fn calls<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, ContractKind, X> {
    word("`calls`")
        .ignore_then(named("a service"))
        .then(sign(T::Dot).ignore_then(named("an interface")))
        .then(sign(T::Colon).ignore_then(expr.clone()))
        .map(|((service, interface), version)| ContractKind::Calls { service, interface, version })
        .boxed()
}
