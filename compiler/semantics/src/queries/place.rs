//! Places that do not move: inside queries a span's file is the number of its declaration.
//!
//! Only here do they become places in files, outside every query.

use std::collections::HashMap;

use diagnostics::{Diagnostic, FileId, Span};
use salsa::plumbing::AsId;
use syntax::ast::Range;

use crate::database::{Project, SourceFile};
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

/// Where every declaration begins now.
pub(crate) struct Places {
    starts: HashMap<FileId, (FileId, u32)>,
}

impl Places {
    /// Of all files.
    pub(crate) fn new(db: &dyn salsa::Database) -> Self {
        let project = Project::get(db);
        let files = project.files(db).iter().chain(project.library(db));
        let starts = files.flat_map(|file| Self::of(db, *file)).collect();
        Self { starts }
    }

    fn of(db: &dyn salsa::Database, file: SourceFile) -> impl Iterator<Item = (FileId, (FileId, u32))> {
        let number = FileId(file.number(db));
        items(db, file).iter().map(move |item| (file_of(*item), (number, item.start(db))))
    }

    /// The place in the file.
    pub(crate) fn absolute(&self, span: Span) -> Span {
        match self.starts.get(&span.file) {
            Some((file, start)) => Span { file: *file, ..span }.moved(*start),
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
