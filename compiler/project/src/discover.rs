//! Which folder is the root, and which files below it are sources.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use semantics::VENDOR;

use crate::{DEPTH_MAX, EXTENSION, Error, FILES_MAX, PROJECT_FILE};

/// Folders of other tools, which hold copies and products of sources.
const LEFT_OUT: &[&str] = &["target", "node_modules"];

/// The root of the project that a file or folder belongs to: the nearest folder upward with a `deploy.toml`, without
/// links. A vendored package belongs to the project that vendored it, and is not its own.
///
/// # Errors
/// The path cannot be read, or no folder upward has a `deploy.toml`.
pub fn root_of(path: &Path) -> Result<PathBuf, Error> {
    let real = fs::canonicalize(path).map_err(|source| Error::Path { path: path.to_owned(), source })?;
    let start = if real.is_dir() { real.as_path() } else { real.parent().unwrap_or(&real) };
    let root = start.ancestors().find(|folder| is_project(folder) && !is_vendored(folder));
    root.map(Path::to_owned).ok_or_else(|| Error::NoProject { from: start.to_owned() })
}

fn is_project(folder: &Path) -> bool {
    folder.join(PROJECT_FILE).is_file()
}

fn is_vendored(folder: &Path) -> bool {
    let within = folder.parent().filter(|parent| parent.file_name().is_some_and(|name| name == VENDOR));
    within.and_then(Path::parent).is_some_and(is_project)
}

/// The roots of the projects in a folder and below, sorted: at most so many, and none deeper than so many folders. What
/// cannot be read is passed over.
#[must_use]
pub fn projects_below(folder: &Path, most: usize, depth_max: usize) -> Vec<PathBuf> {
    let mut found = Vec::new();
    roots(folder, depth_max, &mut found);
    found.sort();
    found.truncate(most);
    found
}

fn roots(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    if is_project(folder) {
        found.push(folder.to_owned());
    }
    let Some(depth) = depth.checked_sub(1) else { return };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let inside = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let kept = inside.filter(|entry| !is_left_out(&entry.file_name().to_string_lossy()));
    kept.for_each(|entry| roots(&entry.path(), depth, found));
}

/// Whether the folder of that name holds no sources of a project's own.
fn is_left_out(name: &str) -> bool {
    name.starts_with('.') || LEFT_OUT.contains(&name) || name == VENDOR
}

/// Whether a path from the root is one of a source of the project's own, if it is there.
pub(crate) fn admits(path: &str) -> bool {
    let Some((folders, name)) = path.rsplit_once('/').or(Some(("", path))) else { return false };
    let vendored = folders == VENDOR || folders.strip_prefix(VENDOR).is_some_and(|rest| rest.starts_with('/'));
    let hidden = path.split('/').any(|part| part.starts_with('.'));
    let left_out = folders.split('/').any(|folder| LEFT_OUT.contains(&folder));
    is_source(Path::new(name)) && !vendored && !hidden && !left_out
}

/// The sources below a folder, and what is in the way of finding all of them.
#[derive(Debug, Default)]
pub struct Found {
    /// Paths from the folder, with `/`, sorted.
    pub sources: Vec<String>,
    /// Paths from the folder, with what is wrong with them.
    pub obstacles: Vec<(String, String)>,
}

/// Finds every source below a folder, whether it is the root of a project or lies in one.
///
/// # Errors
/// The path cannot be read.
pub fn sources_below(folder: &Path) -> Result<Found, Error> {
    let real = fs::canonicalize(folder).map_err(|source| Error::Path { path: folder.to_owned(), source })?;
    Ok(sources(&real))
}

/// Finds every source below the root, which is a path without links.
pub(crate) fn sources(root: &Path) -> Found {
    let mut search = Search { root, found: Found::default() };
    search.folder(root, "", 0);
    search.found.sources.sort();
    search.found.obstacles.sort();
    search.found
}

struct Search<'r> {
    root: &'r Path,
    found: Found,
}

impl Search<'_> {
    fn folder(&mut self, folder: &Path, shown: &str, depth: usize) {
        if depth > DEPTH_MAX {
            return self.obstacle(shown, format!("it lies more than {DEPTH_MAX} folders below the root"));
        }
        match fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Err(error) => self.obstacle(shown, error.to_string()),
            // A project of its own inside this one.
            Ok(entries) if depth > 0 && entries.iter().any(|entry| entry.file_name() == PROJECT_FILE) => {}
            Ok(mut entries) => {
                // Packages are read by their lock.
                let is_root = depth == 0 && entries.iter().any(|entry| entry.file_name() == PROJECT_FILE);
                entries.retain(|entry| !(is_root && entry.file_name() == VENDOR));
                entries.sort_by_key(fs::DirEntry::file_name);
                entries.iter().for_each(|entry| self.entry(entry, shown, depth));
            }
        }
    }

    fn entry(&mut self, entry: &fs::DirEntry, folder: &str, depth: usize) {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        let shown = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        match entry.file_type() {
            Err(error) => self.obstacle(&shown, error.to_string()),
            Ok(_) if name.starts_with('.') => {}
            Ok(kind) if kind.is_dir() && LEFT_OUT.contains(&name.as_str()) => {}
            Ok(kind) if kind.is_dir() => self.folder(&path, &shown, depth + 1),
            Ok(_) if !is_source(&path) => {}
            Ok(_) if path.to_str().is_none() => self.obstacle(&shown, "its name is not UTF-8".to_owned()),
            Ok(kind) if kind.is_symlink() => self.link(&path, &shown),
            Ok(kind) if kind.is_file() => self.source(shown),
            Ok(_) => self.obstacle(&shown, "it is neither a file nor a folder".to_owned()),
        }
    }

    /// A link to a source of this project says nothing new; any other would make the plan depend on what lies outside.
    fn link(&mut self, path: &Path, shown: &str) {
        match fs::canonicalize(path) {
            Err(error) => self.obstacle(shown, format!("the link leads nowhere: {error}")),
            Ok(target) if target.starts_with(self.root) && is_source(&target) => {}
            Ok(_) => {
                self.obstacle(shown, "the link leads to something that is not a source of this project".to_owned())
            }
        }
    }

    fn source(&mut self, shown: String) {
        if self.found.sources.len() < FILES_MAX {
            self.found.sources.push(shown);
        } else if !self.found.obstacles.iter().any(|(path, _)| path == ".") {
            self.obstacle("", format!("the project has more than {FILES_MAX} sources"));
        }
    }

    fn obstacle(&mut self, shown: &str, why: String) {
        let shown = if shown.is_empty() { "." } else { shown };
        self.found.obstacles.push((shown.to_owned(), why));
    }
}

fn is_source(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == EXTENSION)
}
