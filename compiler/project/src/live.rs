//! A project that is being edited: texts that replace those of the disk, one by one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use semantics::Database;

use crate::side::SideFiles;
use crate::{Project, discover, read};

impl Project {
    /// A project of one source that belongs to none: its folder is not looked at.
    #[must_use]
    pub fn alone(path: &str, text: impl Into<Arc<str>>) -> Self {
        let mut project = Self::empty(PathBuf::new());
        project.database.set_sources(project.settings.edition, Vec::new());
        project.edit(path, text);
        project
    }

    /// What the project is made of, for a reader on another thread. Edits wait until it is dropped.
    #[must_use]
    pub fn share(&self) -> Database {
        self.database.clone()
    }

    /// The path from the root of a file below it, whether it is there or not; nothing for another one.
    #[must_use]
    pub fn path_of(&self, file: &Path) -> Option<String> {
        let inside = file.strip_prefix(&self.root).ok()?;
        let parts: Option<Vec<&str>> = inside.iter().map(|part| part.to_str()).collect();
        parts.map(|parts| parts.join("/"))
    }

    /// Whether a path from the root can be a source's: of the project itself, or of a package in it.
    #[must_use]
    pub fn admits(&self, path: &str) -> bool {
        discover::admits(path) || self.model().place_of(path).is_some()
    }

    /// Sets the text of one source, which is added if it is new.
    pub fn edit(&mut self, path: &str, text: impl Into<Arc<str>>) {
        self.database.set_text(path, text);
    }

    /// Expects edits of one source from now on.
    pub fn open(&mut self, path: &str) {
        self.database.open(path);
    }

    /// Expects no more edits of one source, and reads it again: what is not there, or is no text, is taken out.
    pub fn close(&mut self, path: &str) {
        self.database.close(path);
        match read::source(&self.root, path, &mut SideFiles::default()) {
            Ok(text) => self.edit(path, text),
            Err(_) => self.database.remove(path),
        }
    }
}
