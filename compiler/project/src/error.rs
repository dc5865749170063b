//! What keeps a project from being looked at at all; everything after that is a diagnostic.

use std::path::PathBuf;

/// Why there is no project.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The path that was named is not there, or may not be looked at.
    #[error("`{}` cannot be read: {source}", path.display())]
    Path {
        /// The path as it was given.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// Neither the folder nor one above it is the root of a project.
    #[error("no `deploy.toml` in `{}` or in a folder above it", from.display())]
    NoProject {
        /// Where the search began.
        from: PathBuf,
    },
    /// `deploy.toml` is there and cannot be read.
    #[error("`{}` cannot be read: {source}", path.display())]
    ProjectFile {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
}

impl Error {
    /// What the user can do about it.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self {
            Self::Path { .. } => "name a `.deploy` file or a folder of a project, or none for the current folder",
            Self::NoProject { .. } => {
                "the root of a project holds a `deploy.toml` with the line `edition = \"2026\"`; write one, or name a path inside a project"
            }
            Self::ProjectFile { .. } => "give yourself the right to read it",
        }
    }
}
