//! A project in memory: its sources in a database, and everything that was wrong with reading them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use diagnostics::{Diagnostic, FileId, SourceMap, codes};
use semantics::{Database, SemanticModel, SourceText};

use crate::config::Settings;
use crate::packages::Requirement;
use crate::side::SideFiles;
use crate::{
    Error, PROJECT_FILE, PROJECT_FILE_SIZE_MAX, config, discover, names, packages, read, repository, schema, threads,
};

/// A project as it lay on the disk when it was loaded.
#[derive(Debug)]
pub struct Project {
    root: PathBuf,
    settings: Settings,
    database: Database,
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
    let root = discover::root_of(path)?;
    let (mut side, mut diagnostics) = (SideFiles::default(), Vec::new());
    let settings = project_file(&root, overlay, &mut side, &mut diagnostics)?;
    let found = discover::sources(&root);
    for (path, why) in &found.obstacles {
        diagnostics.push(read::unreadable(side.unreadable(path), path, why));
    }
    let mut sources = Vec::new();
    for path in found.sources {
        let read = overlay.get(&path).map_or_else(|| read::source(&root, &path, &mut side), |text| Ok(text.clone()));
        match read {
            Ok(text) => sources.push(SourceText { path, text: Arc::from(text) }),
            Err(diagnostic) => diagnostics.push(*diagnostic),
        }
    }
    let packages = packages::load(&root, &settings.packages, &mut side, &mut diagnostics);
    let mut database = Database::default();
    let trees = std::iter::once(names::Tree::own(&sources, &packages.uses)).chain(packages.trees());
    let clashes = trees.flat_map(|tree| names::clashes(&tree)).collect::<Vec<_>>();
    database.set_sources(settings.edition, sources);
    database.set_packages(packages.uses, packages.sources);
    threads::read(&database, threads::processors());
    let place = |path: &str| SemanticModel::new(&database).place_of(path);
    diagnostics.extend(clashes.iter().filter_map(|clash| clash.report(&place)));
    let named = SemanticModel::new(&database).schema_files();
    database.set_schemas(schema::files(&root, named, &mut diagnostics));
    Ok(Project { root, settings, database, side, diagnostics })
}

fn project_file(
    root: &Path,
    overlay: &Overlay,
    side: &mut SideFiles,
    out: &mut Vec<Diagnostic>,
) -> Result<Settings, Error> {
    if let Some(text) = overlay.get(PROJECT_FILE) {
        return Ok(config::settings(side.add(PROJECT_FILE, text.clone()), text, out));
    }
    let path = root.join(PROJECT_FILE);
    if path.canonicalize().is_ok_and(|real| !real.starts_with(root)) {
        let span = side.unreadable(PROJECT_FILE);
        out.push(read::unreadable(span, PROJECT_FILE, "the link leads out of the project"));
        return Ok(Settings::none());
    }
    let bytes = read::bytes(&path, PROJECT_FILE_SIZE_MAX).map_err(|source| Error::ProjectFile { path, source })?;
    let Some(bytes) = bytes else {
        let span = side.unreadable(PROJECT_FILE);
        let message = format!("`deploy.toml` has more than {} MiB", PROJECT_FILE_SIZE_MAX >> 20);
        out.push(Diagnostic::error(codes::PROJECT_FILE, span, message));
        return Ok(Settings::none());
    };
    Ok(match read::text(bytes) {
        Ok(text) => {
            let file = side.add(PROJECT_FILE, text.clone());
            config::settings(file, &text, out)
        }
        Err(broken) => {
            out.push(broken.report(PROJECT_FILE, side));
            Settings::none()
        }
    })
}

impl Project {
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
