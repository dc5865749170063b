//! Projects as the server keeps them: loading, loaded, and what is known of each.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use diagnostics::{Diagnostic, SourceMap};
use ide::{Lines, Snapshot};
use project::{Overlay, PROJECT_FILE, Project, Reading};
use tower_lsp::ls_types::{Diagnostic as Word, DiagnosticSeverity, NumberOrString, Range};

use crate::conversion::{Counted, Said};
use crate::documents::{Document, Replaced};
use crate::queue::Question;
use crate::shared::Shared;
use crate::view::{Base, Opened, View};

/// A project, or a text that belongs to none.
pub(crate) struct Home {
    /// Its folder, without links; empty for a text that belongs to none.
    pub(crate) root: PathBuf,
    /// Nothing while it is read for the first time.
    pub(crate) project: Option<Project>,
    /// Questions that came before it was read.
    pub(crate) waiting: Vec<Question>,
    /// How often it was changed.
    pub(crate) revision: u64,
    /// It changed, and its findings were not asked for yet.
    pub(crate) changed: bool,
    /// It is being read again.
    pub(crate) reading_again: bool,
    /// It changed on the disk since that was begun.
    pub(crate) stale: bool,
    /// It lies in a folder of the client, and stays when its files are closed.
    pub(crate) kept: bool,
    proved: BTreeMap<String, Arc<Vec<Diagnostic>>>,
    reading: Arc<BTreeMap<String, Said>>,
    readable: bool,
    base: Option<Arc<Base>>,
}

impl Home {
    /// One that is to be read.
    pub(crate) fn to_load(root: PathBuf, kept: bool) -> Self {
        Self {
            root,
            project: None,
            waiting: Vec::new(),
            revision: 0,
            changed: false,
            reading_again: false,
            stale: false,
            kept,
            proved: BTreeMap::new(),
            reading: Arc::default(),
            readable: true,
            base: None,
        }
    }

    /// A text that belongs to no project.
    pub(crate) fn alone(path: &str) -> Self {
        Self { project: Some(Project::alone(path, "")), ..Self::to_load(PathBuf::new(), false) }
    }

    /// Takes what was read for the first time.
    pub(crate) fn loaded(&mut self, project: Project, shared: &Shared) {
        self.project = Some(project);
        self.read(shared);
    }

    /// Takes what was read again.
    pub(crate) fn renewed(&mut self, reading: Reading, shared: &Shared) {
        if let Some(project) = &mut self.project {
            project.renew(reading);
            self.read(shared);
        }
    }

    fn read(&mut self, shared: &Shared) {
        if let Some(project) = &self.project {
            self.readable = !project.reading_diagnostics().iter().any(Diagnostic::is_error);
            self.reading = Arc::new(of_reading(project, shared));
        }
        self.touched();
    }

    /// Tells the model the text of a document.
    pub(crate) fn edit(&mut self, document: &Document) {
        if let Some(project) = &mut self.project
            && document.path != PROJECT_FILE
        {
            project.edit(&document.path, document.text.as_str());
            self.touched();
        }
    }

    /// Expects edits of a document from now on.
    pub(crate) fn open(&mut self, document: &Document) {
        self.edit(document);
        if let Some(project) = &mut self.project {
            project.open(&document.path);
        }
    }

    /// Goes back to what lies on the disk.
    pub(crate) fn close(&mut self, path: &str) {
        if let Some(project) = self.project.as_mut().filter(|_| path != PROJECT_FILE) {
            project.close(path);
        }
        self.touched();
    }

    fn touched(&mut self) {
        (self.revision, self.changed, self.base) = (self.revision + 1, true, None);
    }

    /// What is known of all files together, moved as a text is edited.
    pub(crate) fn moved(&mut self, path: &str, replaced: Replaced) {
        let Some(file) = self.project.as_ref().and_then(|project| project.model().place_of(path)) else { return };
        if let Some(known) = self.proved.get_mut(path) {
            let moved = known.iter().map(|finding| replaced.moved(file, finding.clone()));
            *known = Arc::new(moved.collect());
        }
    }

    /// Takes what is known of all files together; whether that is something new.
    pub(crate) fn proved(&mut self, found: Vec<(String, Diagnostic)>) -> bool {
        let mut proved: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
        for (path, finding) in found {
            proved.entry(path).or_default().push(finding);
        }
        let proved: BTreeMap<String, Arc<Vec<Diagnostic>>> =
            proved.into_iter().map(|(path, found)| (path, Arc::new(found))).collect();
        let is_new = proved != self.proved;
        (self.proved, self.base) = (proved, None);
        is_new
    }

    /// The project as it is now, for one question; nothing while it is read for the first time.
    pub(crate) fn view<'d>(
        &mut self,
        shared: &Arc<Shared>,
        documents: impl Iterator<Item = &'d Document>,
    ) -> Option<View> {
        let snapshot = Snapshot::new(self.project.as_ref()?.share());
        if let Some(base) = &self.base {
            return Some(View { snapshot, base: Arc::clone(base) });
        }
        let opened = documents.map(|document| {
            let Document { uri, version, lines, .. } = document;
            (document.path.clone(), Opened { uri: uri.clone(), version: *version, lines: lines.clone() })
        });
        let base = Arc::new(Base {
            shared: Arc::clone(shared),
            root: self.root.clone(),
            opened: opened.collect(),
            proved: self.proved.clone(),
            reading: Arc::clone(&self.reading),
            readable: self.readable,
        });
        self.base = Some(Arc::clone(&base));
        Some(View { snapshot, base })
    }
}

/// The texts of documents, to be read instead of those on the disk.
pub(crate) fn overlay<'d>(documents: impl Iterator<Item = &'d Document>) -> Overlay {
    documents.map(|document| (document.path.clone(), document.text.clone())).collect()
}

/// What was wrong with reading a project, by the path of the file.
fn of_reading(project: &Project, shared: &Shared) -> BTreeMap<String, Said> {
    let mut by_path: BTreeMap<String, Said> = BTreeMap::new();
    for finding in project.reading_diagnostics() {
        let file = finding.primary.span.file;
        let text = project.text(file);
        let lines = Lines::of(text);
        let counted = Counted { text, lines: &lines, encoding: shared.abilities().encoding };
        let range: Range = counted.range(finding.primary.span.start..finding.primary.span.end);
        let help = finding.help.iter().map(|help| format!("\nhelp: {help}"));
        let severity = if finding.is_error() { DiagnosticSeverity::ERROR } else { DiagnosticSeverity::WARNING };
        by_path.entry(project.path(file).to_owned()).or_default().push(Word {
            range,
            severity: Some(severity),
            code: Some(NumberOrString::String(finding.code.id().to_owned())),
            source: Some("deployc".to_owned()),
            message: std::iter::once(finding.message.clone()).chain(help).collect(),
            ..Word::default()
        });
    }
    by_path
}
