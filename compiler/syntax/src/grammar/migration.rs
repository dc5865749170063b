//! Migrations and their phases.

use super::contract::docs_before;
use super::list::braces;
use super::{P, Problem, accept, named, range, word};
use crate::ast::{Accept, Backfill, DeclKind, Expr, ExprKind, Migration, Phase, PhaseKind, Range, Statement};
use crate::layout::Tok;
use chumsky::prelude::*;

/// `name on database { phases }`
pub(super) fn migration<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, DeclKind, X> {
    let phases = braces(docs_before(entry(expr)), broken);
    named("the migration's name")
        .then(word("`on`").ignore_then(named("a database")))
        .then(phases.map_with(|phases, e| (phases, range(e.span()))))
        .map(|((name, database), (entries, range))| {
            let mut it = Migration { name, database, phases: Vec::new(), accepts: Vec::new(), range };
            entries.into_iter().for_each(|entry| add(&mut it, entry));
            DeclKind::Migration(it)
        })
        .boxed()
}

/// A comma before `pause` ends an entry as any comma between braces does, so it comes as one of its own.
enum Entry {
    Phase(Phase),
    Pause(Phase, Expr),
    Accept(Accept),
}

fn broken(range: Range) -> Entry {
    Entry::Phase(Phase { head: range, range, kind: PhaseKind::Error })
}

fn add(it: &mut Migration, entry: Entry) {
    match entry {
        Entry::Phase(phase) => it.phases.push(phase),
        Entry::Accept(accept) => it.accepts.push(accept),
        Entry::Pause(stray, when) => match it.phases.last_mut() {
            Some(Phase { kind: PhaseKind::Backfill(backfill), range, .. }) if backfill.pause.is_none() => {
                backfill.pause = Some(when);
                *range = range.to(stray.range);
            }
            Some(_) | None => it.phases.push(stray),
        },
    }
}

fn entry<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, Entry, X> {
    let expand = word("`expand`").then(statements()).map(|(head, list)| (head, PhaseKind::Expand(list)));
    let contract = word("`contract`").then(statements()).map(|(head, list)| (head, PhaseKind::Contract(list)));
    // Read here as well, so that a lost brace does not make an error of every statement.
    let stray = word("`sql`").then_ignore(text()).map(|head| (head, PhaseKind::StraySql));
    let phase = choice((expand.boxed(), contract.boxed(), backfill(expr), stray.boxed()))
        .map_with(|(head, kind), e| Entry::Phase(Phase { head, range: range(e.span()), kind }));
    let pause = word("`pause`").then_ignore(word("`when`")).then(expr.clone()).map_with(|(head, when), e| {
        Entry::Pause(Phase { head, range: range(e.span()), kind: PhaseKind::StrayPause }, when)
    });
    let accept = accept::accept(expr).map(Entry::Accept);
    choice((phase.boxed(), pause.boxed(), accept.boxed())).boxed()
}

/// `{ sql "…" }`
fn statements<'t, X: Problem<'t>>() -> P<'t, Vec<Statement>, X> {
    let sql = word("`sql`").ignore_then(text()).map(Statement::Sql);
    braces(docs_before(sql.boxed()), |_| Statement::Error)
}

/// A string that another parser reads.
pub(super) fn text<'t, X: Problem<'t>>() -> P<'t, Expr, X> {
    let parts = select! { Tok::Str(parts) => ExprKind::Str(parts.to_vec()) };
    parts.labelled("a string").map_with(|kind, e| Expr { range: range(e.span()), kind }).boxed()
}

/// `table by column set "…" where "…" in batches of N`
fn backfill<'t, X: Problem<'t>>(expr: &P<'t, Expr, X>) -> P<'t, (Range, PhaseKind), X> {
    let batch = word("`in`").ignore_then(word("`batches`")).ignore_then(word("`of`")).ignore_then(expr.clone());
    word("`backfill`")
        .then(named("a table"))
        .then(word("`by`").ignore_then(named("a column")))
        .then(word("`set`").ignore_then(text()))
        .then(word("`where`").ignore_then(text()).or_not())
        .then(batch)
        .map(|(((((head, table), key), set), filter), batch)| {
            (head, PhaseKind::Backfill(Box::new(Backfill { table, key, set, filter, batch, pause: None })))
        })
        .boxed()
}
