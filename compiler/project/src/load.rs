//! A project in memory: its sources in a database, and everything that was wrong with reading them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use diagnostics::{Diagnostic, FileId, SourceMap};
use semantics::{Database, SemanticModel};

use crate::config::Settings;
use crate::packages::Requirement;
use crate::reading::Reading;
use crate::side::SideFiles;
use crate::{Error, PROJECT_FILE, discover, names, repository, schema, threads};

/// A project as it lay on the disk when it was loaded, and as it was edited since.
#[derive(Debug)]
pub struct Project {
    pub(crate) root: PathBuf,
    pub(crate) settings: Settings,
    pub(crate) database: Database,
    side: SideFiles,
    diagnostics: Vec<Diagnostic>,
}

/// Texts that stand for those on the disk, by path from the root.
pub type Overlay = BTreeMap<String, String>;

/// Loads the project that `path`, a file or a folder, belongs to.
///
/// # Errors
/// There is no project to look at. Whatever is wrong with one is a diagnostic of it.
pub fn load(path: &Path) -> Result<Project, Error> {
    load_with(path, &Overlay::new())
}

/// The same with other texts in files that are there; a path that no file has is not looked at.
///
/// # Errors
/// There is no project to look at.
pub fn load_with(path: &Path, overlay: &Overlay) -> Result<Project, Error> {
    Ok(Project::of(Reading::of(discover::root_of(path)?, overlay)?))
}

impl Project {
    /// The project of what was read.
    #[must_use]
    pub fn of(reading: Reading) -> Self {
        let mut project = Self::empty(reading.root.clone());
        project.renew(reading);
        project
    }

    /// A project without files.
    pub(crate) fn empty(root: PathBuf) -> Self {
        let (settings, side) = (Settings::none(), SideFiles::default());
        Self { root, settings, database: Database::default(), side, diagnostics: Vec::new() }
    }

    /// Makes what was read the project's files; what did not change costs nothing.
    pub fn renew(&mut self, reading: Reading) {
        let Reading { root, settings, side, sources, packages, mut diagnostics } = reading;
        let trees = std::iter::once(names::Tree::own(&sources, &packages.uses)).chain(packages.trees());
        let clashes = trees.flat_map(|tree| names::clashes(&tree)).collect::<Vec<_>>();
        self.database.set_sources(settings.edition, sources);
        self.database.set_packages(packages.uses, packages.sources);
        threads::read(&self.database, threads::processors());
        let place = |path: &str| SemanticModel::new(&self.database).place_of(path);
        diagnostics.extend(clashes.iter().filter_map(|clash| clash.report(&place)));
        let named = SemanticModel::new(&self.database).schema_files();
        self.database.set_schemas(schema::files(&root, named, &mut diagnostics));
        (self.root, self.settings, self.side, self.diagnostics) = (root, settings, side, diagnostics);
    }

    /// The folder of `deploy.toml`, without links.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The path of the root from the root of the repository that it lies in, with `/` at its end; empty where both are
    /// the same, or where there is no repository.
    #[must_use]
    pub fn repository_prefix(&self) -> String {
        repository::prefix(&self.root)
    }

    /// The text of a file of the project's own, by its path from the root.
    #[must_use]
    pub fn own_text(&self, path: &str) -> Option<&str> {
        let source = || self.model().file_id(path).map(|file| self.database.text(file));
        self.side.text_of(path).or_else(source)
    }

    /// Whether a file is the project's own: its `deploy.toml` or a source of it, not one of the standard library or of
    /// a package.
    #[must_use]
    pub fn owns(&self, file: FileId) -> bool {
        match self.side.get(file) {
            Some((path, _)) => path == PROJECT_FILE,
            None => self.model().file_id(self.database.path(file)) == Some(file),
        }
    }

    /// Whether a file lies below the root: any but those of the standard library.
    #[must_use]
    pub fn holds(&self, file: FileId) -> bool {
        !self.model().is_library(file)
    }

    /// The packages that `deploy.toml` states, those that are stated wrongly left out.
    #[must_use]
    pub fn requirements(&self) -> &[Requirement] {
        &self.settings.packages
    }

    /// The edition that the sources are read in.
    #[must_use]
    pub fn edition(&self) -> &'static str {
        self.settings.edition
    }

    /// Uses the processors that there are to find out what is to be said about the sources.
    pub fn prepare(&self) {
        crate::prepare(&self.database, threads::processors());
    }

    /// What the sources mean.
    #[must_use]
    pub fn model(&self) -> SemanticModel<'_> {
        SemanticModel::new(&self.database)
    }

    /// What was wrong with reading the project; what its sources say is the model's to tell.
    #[must_use]
    pub fn reading_diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }
}

impl SourceMap for Project {
    fn path(&self, file: FileId) -> &str {
        self.side.get(file).map_or_else(|| self.database.path(file), |(path, _)| path)
    }

    fn text(&self, file: FileId) -> &str {
        self.side.get(file).map_or_else(|| self.database.text(file), |(_, text)| text)
    }
}
