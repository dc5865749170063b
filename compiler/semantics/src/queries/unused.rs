//! What nothing names.

use std::collections::HashSet;

use diagnostics::{Applicability, Diagnostic, Fix, codes};
use syntax::ast::{DeclKind, Range, Use};

use crate::database::SourceFile;
use crate::queries::body::{check, uses};
use crate::queries::place::span;
use crate::queries::scope::{Target, lookup, scope};
use crate::queries::signature::signed;
use crate::queries::source::{ItemNode, Kind, decl_id, head, items, parsed};
use crate::types::DeclId;

/// Warnings about imports and private declarations of a file that nothing in it names. While a declaration
/// cannot be read or has errors, nobody knows what it would name, and nothing is said.
pub(crate) fn reports(db: &dyn salsa::Database, file: SourceFile) -> Vec<Diagnostic> {
    let items = items(db, file);
    let silent = |item: &ItemNode<'_>| {
        let wrong = check(db, *item).diagnostics.iter().chain(&signed(db, *item).diagnostics).any(Diagnostic::is_error);
        head(db, *item).damaged || wrong
    };
    if items.iter().any(silent) || scope(db, file).diagnostics.iter().any(Diagnostic::is_error) {
        return Vec::new();
    }
    let named: HashSet<&DeclId> = items.iter().flat_map(|item| others(db, *item)).collect();
    items.iter().flat_map(|item| report(db, *item, &named)).collect()
}

/// What an item names besides itself.
fn others<'db>(db: &'db dyn salsa::Database, item: ItemNode<'db>) -> impl Iterator<Item = &'db DeclId> {
    let own = decl_id(db, item);
    uses(db, item).filter(move |id| own.as_ref() != Some(*id))
}

fn report(db: &dyn salsa::Database, item: ItemNode<'_>, named: &HashSet<&DeclId>) -> Vec<Diagnostic> {
    let decl = &parsed(db, item).decl;
    if let DeclKind::Use(import) = &decl.kind {
        return unused_imports(db, item, import, named);
    }
    let kind = head(db, item).kind;
    let (Some(id), Some(name)) = (decl_id(db, item), decl.name()) else { return Vec::new() };
    if decl.public.is_some() || is_root(kind) || named.contains(&id) {
        return Vec::new();
    }
    let message = format!("nothing uses {} `{}`", kind.word(), name.text);
    let help = match kind {
        Kind::Workflow | Kind::Slo => "remove it",
        _ => "remove it, or write `pub` before it if other files use it",
    };
    vec![Diagnostic::warning(codes::UNUSED_DECLARATION, span(item, name.range), message).help(help)]
}

fn unused_imports(
    db: &dyn salsa::Database,
    item: ItemNode<'_>,
    import: &Use,
    named: &HashSet<&DeclId>,
) -> Vec<Diagnostic> {
    let unused = import.imports.iter().enumerate().filter(|(_, import)| {
        let target = lookup(db, item.file(db), &import.local().text);
        // A policy that is imported is kept to.
        matches!(target, Some(Target::Declared(id, kind)) if kind != Kind::Policy && !named.contains(&id))
    });
    unused
        .map(|(number, one)| {
            let name = one.local();
            let message = format!("`{}` is imported and never used", name.text);
            let gone = span(item, without(import, number, parsed(db, item).decl.range));
            let removed = item.text(db).get(gone.start as usize..gone.end as usize).unwrap_or_default();
            // A comment may say something that its author still needs.
            let how = if removed.contains("//") || removed.contains("/*") {
                Applicability::Guess
            } else {
                Applicability::Certain
            };
            Diagnostic::warning(codes::UNUSED_IMPORT, span(item, name.range), message)
                .help("remove it")
                .fix(Fix::replace(format!("remove the import of `{}`", name.text), gone, "", how))
        })
        .collect()
}

/// What goes when one import goes: it with a comma beside it, or the whole line where it is the only one.
fn without(import: &Use, number: usize, all: Range) -> Range {
    let whole = |at: usize| import.imports.get(at).map(|one| one.name.range.to(one.local().range));
    let before = number.checked_sub(1).and_then(whole);
    match (before, whole(number), whole(number + 1)) {
        (Some(before), Some(this), _) => Range::new(before.end, this.end),
        (None, Some(this), Some(next)) => Range::new(this.start, next.start),
        (_, None, _) | (None, Some(_), None) => all,
    }
}

/// Workflows are run, objectives promised, policies set, tests written and releases recorded by people: nothing needs
/// to name them.
fn is_root(kind: Kind) -> bool {
    match kind {
        Kind::Workflow | Kind::Slo | Kind::Policy | Kind::Test | Kind::Released | Kind::Use | Kind::Broken => true,
        Kind::Record | Kind::Union | Kind::Refined | Kind::Let | Kind::Function | Kind::Environment => false,
        Kind::Service | Kind::Metric | Kind::Gate | Kind::Strategy | Kind::Action => false,
        Kind::Group | Kind::Flag | Kind::Database | Kind::Migration => false,
    }
}
