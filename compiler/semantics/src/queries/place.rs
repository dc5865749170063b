//! Places that do not move: inside queries a span's file is the number of its declaration.
//!
//! Only here do they become places in files, outside every query.

use std::collections::BTreeMap;

use diagnostics::{Diagnostic, FileId, Span};
use salsa::plumbing::AsId;
use syntax::ast::Range;

use crate::database::Project;
use crate::queries::module::all_files;
use crate::queries::scope::definition_of;
use crate::queries::source::{ItemNode, items, parsed};
use crate::types::DeclId;

/// What stands for the declaration where a span wants a file.
pub(crate) fn file_of(item: ItemNode<'_>) -> FileId {
    FileId(item.as_id().index())
}

/// A range of a declaration as a span.
pub(crate) fn span(item: ItemNode<'_>, range: Range) -> Span {
    Span::new(file_of(item), range.start, range.end)
}

/// Where a declaration's name stands. Read only when something is reported about it, or by evaluation.
pub(crate) fn declared_at(db: &dyn salsa::Database, id: &DeclId) -> Option<Span> {
    let item = definition_of(db, id)?;
    parsed(db, item).decl.name().map(|name| span(item, name.range))
}

/// Where `pub` belongs in a declaration of the project that is private; nothing in the standard library.
pub(crate) fn made_public_at(db: &dyn salsa::Database, id: &DeclId) -> Option<Span> {
    let item = definition_of(db, id)?;
    let head = parsed(db, item).decl.head;
    let own = Project::get(db).files(db).contains(&item.file(db));
    own.then(|| span(item, Range::new(head.start, head.start)))
}

/// Every declaration by the number that stands for it in spans.
#[derive(Clone, Debug, PartialEq, Eq, salsa::SalsaValue)]
pub(crate) struct Homes<'db> {
    items: BTreeMap<u32, ItemNode<'db>>,
}

/// The declarations of all files. An edit that neither adds nor removes one leaves it as it is.
#[salsa::tracked]
fn homes<'db>(db: &'db dyn salsa::Database, project: Project) -> Homes<'db> {
    let items = all_files(db, project).flat_map(|file| items(db, *file)).map(|item| (file_of(*item).0, *item));
    Homes { items: items.collect() }
}

/// Where declarations begin now.
#[derive(Clone, Copy)]
pub(crate) struct Places<'db> {
    db: &'db dyn salsa::Database,
    homes: &'db Homes<'db>,
}

impl<'db> Places<'db> {
    /// Of all files.
    pub(crate) fn new(db: &'db dyn salsa::Database) -> Self {
        Self { db, homes: homes(db, Project::get(db)) }
    }

    /// The place in the file.
    pub(crate) fn absolute(&self, span: Span) -> Span {
        match self.homes.items.get(&span.file.0) {
            Some(item) => Span { file: FileId(item.file(self.db).number(self.db)), ..span }.moved(item.start(self.db)),
            None => span,
        }
    }

    /// The finding with places in files.
    pub(crate) fn diagnostic(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        diagnostic.primary.span = self.absolute(diagnostic.primary.span);
        for label in &mut diagnostic.secondary {
            label.span = self.absolute(label.span);
        }
        for edit in diagnostic.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            edit.span = self.absolute(edit.span);
        }
        diagnostic
    }
}
