//! What lies on the disk, read and not yet looked at: can be read beside a project that is being edited.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use diagnostics::{Diagnostic, codes};
use semantics::SourceText;

use crate::config::{self, Settings};
use crate::packages::{self, Packages};
use crate::side::SideFiles;
use crate::{Error, Overlay, PROJECT_FILE, PROJECT_FILE_SIZE_MAX, discover, read};

/// The files of a project as they were read.
#[derive(Debug)]
pub struct Reading {
    pub(crate) root: PathBuf,
    pub(crate) settings: Settings,
    pub(crate) side: SideFiles,
    pub(crate) sources: Vec<SourceText>,
    pub(crate) packages: Packages,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Reading {
    /// Reads the project with this root; the texts of the overlay stand for those of files that are there.
    ///
    /// # Errors
    /// `deploy.toml` cannot be read.
    pub fn of(root: PathBuf, overlay: &Overlay) -> Result<Self, Error> {
        let (mut side, mut diagnostics) = (SideFiles::default(), Vec::new());
        let settings = project_file(&root, overlay, &mut side, &mut diagnostics)?;
        let found = discover::sources(&root);
        for (path, why) in &found.obstacles {
            diagnostics.push(read::unreadable(side.unreadable(path), path, why));
        }
        let mut sources = Vec::new();
        for path in found.sources {
            let read =
                overlay.get(&path).map_or_else(|| read::source(&root, &path, &mut side), |text| Ok(text.clone()));
            match read {
                Ok(text) => sources.push(SourceText { path, text: Arc::from(text) }),
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
        let packages = packages::load(&root, &settings.packages, &mut side, &mut diagnostics);
        Ok(Self { root, settings, side, sources, packages, diagnostics })
    }
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
