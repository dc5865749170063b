//! A project as it is at one moment.

use diagnostics::{Diagnostic, FileId, SourceMap};
use semantics::{Cancelled, Database, SemanticModel, Tree, Withdrawal};

use crate::Lines;

/// The compiler's model of a project between two edits.
///
/// An edit waits until every snapshot is gone, so one lives for one job: [`Snapshot::ask`] takes it, and ends the job
/// early when an edit is waiting.
#[derive(Debug)]
pub struct Snapshot {
    database: Database,
}

impl Snapshot {
    /// Of what the database holds now.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Answers a question, unless the sources change meanwhile or the question is withdrawn.
    ///
    /// # Errors
    /// Either of the two: the answer was given up.
    pub fn ask<T>(self, question: impl FnOnce(&Self) -> T) -> Result<T, Cancelled> {
        semantics::answered(move || question(&self))
    }

    /// What withdraws the questions to this snapshot.
    #[must_use]
    pub fn withdrawal(&self) -> Withdrawal {
        self.database.withdrawal()
    }

    /// Ends the question here when its answer is no longer wanted; for what takes long without asking the model.
    pub fn stop_if_cancelled(&self) {
        self.database.stop_if_cancelled();
    }

    /// What the project means.
    #[must_use]
    pub fn model(&self) -> SemanticModel<'_> {
        SemanticModel::new(&self.database)
    }

    /// The project's file of that path from its root, or a package's.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<FileId> {
        self.model().place_of(path)
    }

    /// The path of a file from the project's root.
    #[must_use]
    pub fn path(&self, file: FileId) -> &str {
        self.database.path(file)
    }

    /// The text of a file; empty where there is none.
    #[must_use]
    pub fn text(&self, file: FileId) -> &str {
        self.database.text(file)
    }

    /// The lines of a file.
    #[must_use]
    pub fn lines(&self, file: FileId) -> Lines {
        Lines::of(self.text(file))
    }

    /// The declarations of a file as they were parsed, in the order of the text.
    #[must_use]
    pub fn trees(&self, file: FileId) -> Vec<Tree<'_>> {
        self.model().trees(file)
    }

    /// The declaration that an offset is in or right behind; of two that meet there, the second.
    #[must_use]
    pub fn tree_at(&self, file: FileId, offset: u32) -> Option<Tree<'_>> {
        let ends = |tree: &Tree<'_>| tree.start.saturating_add(u32::try_from(tree.text.len()).unwrap_or(u32::MAX));
        let mut around = self.trees(file).into_iter().filter(|tree| tree.start <= offset && offset <= ends(tree));
        around.next_back()
    }

    /// What syntax and meaning say about one file, sorted by place.
    #[must_use]
    pub fn diagnostics(&self, file: FileId) -> Vec<Diagnostic> {
        self.model().file_diagnostics(file)
    }
}

impl SourceMap for Snapshot {
    fn path(&self, file: FileId) -> &str {
        self.database.path(file)
    }

    fn text(&self, file: FileId) -> &str {
        self.database.text(file)
    }
}
