//! Uses of what is on its way out.

use std::collections::BTreeSet;

use diagnostics::{Applicability, Diagnostic, Fix, codes};
use smol_str::SmolStr;
use syntax::ast::{Decl, Expr, ExprKind, Name, Range, TypeKind, TypeRef};
use syntax::walk::{self, Visitor};

use crate::database::{Project, SourceFile};
use crate::queries::body::uses;
use crate::queries::module::all_files;
use crate::queries::place::{declared_at, span};
use crate::queries::scope::{Target, definition_of, lookup};
use crate::queries::signature::plain;
use crate::queries::source::{ItemNode, decl_id, head, items, outline, parsed};
use crate::types::DeclId;

/// Everything that is declared as `@deprecated`.
#[salsa::tracked]
fn deprecated(db: &dyn salsa::Database, project: Project) -> BTreeSet<DeclId> {
    let declared = all_files(db, project).flat_map(|file| &outline(db, *file).deprecated);
    declared.filter_map(|item| decl_id(db, *item)).collect()
}

/// A warning for every use, in the declarations of a file, of what is declared as `@deprecated`.
pub(crate) fn reports(db: &dyn salsa::Database, file: SourceFile) -> Vec<Diagnostic> {
    let old = deprecated(db, Project::get(db));
    if old.is_empty() {
        return Vec::new();
    }
    // What is on its way out itself may use others that are.
    let current = items(db, file).iter().filter(|item| !head(db, **item).deprecated);
    current.flat_map(|item| of_item(db, *item, old)).collect()
}

fn of_item(db: &dyn salsa::Database, item: ItemNode<'_>, old: &BTreeSet<DeclId>) -> Vec<Diagnostic> {
    if !uses(db, item).any(|id| old.contains(id)) {
        return Vec::new();
    }
    let mut mentions = Mentions(Vec::new());
    walk::decl(&parsed(db, item).decl, &mut mentions);
    let warnings = mentions.0.iter().filter_map(|(name, range)| match lookup(db, item.file(db), name)? {
        Target::Declared(id, _) if old.contains(&id) => Some(warning(db, item, &id, *range)),
        Target::Declared(..) | Target::Broken => None,
    });
    warnings.collect()
}

fn warning(db: &dyn salsa::Database, item: ItemNode<'_>, id: &DeclId, range: Range) -> Diagnostic {
    let at = span(item, range);
    let mut diagnostic = Diagnostic::warning(codes::DEPRECATED, at, format!("`{}` is deprecated", id.name));
    if let Some(there) = declared_at(db, id) {
        diagnostic = diagnostic.also(there, "declared so here");
    }
    let Some(advice) = definition_of(db, id).and_then(|it| advice(&parsed(db, it).decl)) else { return diagnostic };
    let known = advice.strip_prefix("use ").map(|name| name.trim_matches('`'));
    if let Some(name) = known.filter(|name| lookup(db, item.file(db), name).is_some()) {
        let fix = Fix::replace(format!("write `{name}`"), at, name, Applicability::Guess);
        diagnostic = diagnostic.fix(fix);
    }
    diagnostic.help(advice)
}

/// What `@deprecated("…")` says.
fn advice(decl: &Decl) -> Option<SmolStr> {
    let annotation = decl.annotations.iter().find(|annotation| annotation.name.text == "deprecated")?;
    plain(&annotation.args.first()?.value)
}

/// Every mention of a name that can be a declaration's.
struct Mentions(Vec<(SmolStr, Range)>);

impl Visitor for Mentions {
    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Name(name) => self.0.push((name.clone(), expr.range)),
            ExprKind::Record(Some(name), _) => self.mention(name),
            _ => {}
        }
    }

    fn type_ref(&mut self, ty: &TypeRef) {
        if let TypeKind::Named(name, _) = &ty.kind {
            self.mention(name);
        }
    }

    fn mention(&mut self, name: &Name) {
        self.0.push((name.text.clone(), name.range));
    }
}
