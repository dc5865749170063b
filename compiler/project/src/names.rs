//! Paths of sources that could be taken for one another: by a reader, by an import, or by another file system.

use std::collections::{BTreeMap, BTreeSet};

use diagnostics::{Code, Diagnostic, FileId, Span, codes};
use semantics::{SourceText, Uses};

use crate::EXTENSION;

/// The name of the standard library, below which no file of a project lies.
const LIBRARY: &str = "std";

/// The sources that count their paths from one root.
pub(crate) struct Tree<'t> {
    /// What stands before the paths: nothing, or the folder of a package.
    base: String,
    /// From the tree's root, sorted.
    paths: Vec<&'t str>,
    /// What else an import can begin with.
    taken: Vec<&'t str>,
}

impl<'t> Tree<'t> {
    /// The project's own sources.
    pub(crate) fn own(sources: &'t [SourceText], uses: &'t Uses) -> Self {
        Self::of(String::new(), "", sources.iter().map(|source| source.path.as_str()), uses)
    }

    /// Sources below `base`, which belong to that package.
    pub(crate) fn of(base: String, package: &str, paths: impl Iterator<Item = &'t str>, uses: &'t Uses) -> Self {
        let taken = uses.get(package).into_iter().flatten().map(|name| name.as_str());
        let mut paths: Vec<&str> = paths.collect();
        paths.sort_unstable();
        Self { base, paths, taken: std::iter::once(LIBRARY).chain(taken).collect() }
    }
}

/// Two paths that could be taken for one another, or one that could be taken for something else.
pub(crate) struct Clash {
    code: Code,
    message: String,
    help: String,
    /// The path at which it is said, from the project's root.
    at: String,
    /// The other one.
    also: Option<String>,
}

impl Clash {
    /// The finding, where `place` knows the file.
    pub(crate) fn report(&self, place: &dyn Fn(&str) -> Option<FileId>) -> Option<Diagnostic> {
        let beginning = |path: &str| place(path).map(|file| Span::new(file, 0, 0));
        let mut diagnostic =
            Diagnostic::error(self.code, beginning(&self.at)?, self.message.clone()).help(self.help.clone());
        if let Some(also) = self.also.as_deref().and_then(beginning) {
            diagnostic = diagnostic.also(also, "the other one");
        }
        Some(diagnostic)
    }
}

/// Every clash of a tree.
pub(crate) fn clashes(tree: &Tree<'_>) -> Vec<Clash> {
    let mut found = same_module(tree);
    found.extend(file_and_folder(tree));
    found.extend(case_only(tree));
    found.extend(taken(tree));
    found
}

/// `a.b.deploy` beside `a/b.deploy`.
fn same_module(tree: &Tree<'_>) -> Vec<Clash> {
    let mut modules: BTreeMap<String, &str> = BTreeMap::new();
    let mut found = Vec::new();
    for path in &tree.paths {
        let module = stem(path).replace('/', ".");
        if let Some(first) = modules.get(&module) {
            let message = format!("`{path}` and `{first}` are both the module `{module}`");
            found.push(tree.clash(codes::MODULE_TWICE, message, "rename one of them", path, Some(first)));
        } else {
            modules.insert(module, path);
        }
    }
    found
}

/// `a.deploy` beside the folder `a`.
fn file_and_folder(tree: &Tree<'_>) -> Vec<Clash> {
    let files: BTreeMap<&str, &str> = tree.paths.iter().map(|path| (stem(path), *path)).collect();
    let mut said = BTreeSet::new();
    let mut found = Vec::new();
    for path in &tree.paths {
        for folder in folders(path) {
            if let Some(file) = files.get(folder).filter(|_| said.insert(folder)) {
                let message = format!("`{file}` and the folder `{folder}` have one name");
                let help = format!("move `{file}` into the folder under a name of its own, or rename one of them");
                found.push(tree.clash(codes::MODULE_TWICE, message, &help, file, Some(path)));
            }
        }
    }
    found
}

/// `Gates.deploy` beside `gates.deploy`: one file where case makes no difference.
fn case_only(tree: &Tree<'_>) -> Vec<Clash> {
    let mut first: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    let mut said = BTreeSet::new();
    let mut found = Vec::new();
    for path in &tree.paths {
        for part in folders(path).chain([*path]) {
            let (known, of) = *first.entry(part.to_lowercase()).or_insert((part, path));
            if known == part {
                continue;
            }
            if said.insert(part) {
                let message = format!("`{part}` and `{known}` differ only in the case of letters");
                let help = "rename one of them: on other file systems they are one";
                found.push(tree.clash(codes::CASE_ONLY, message, help, path, Some(of)));
            }
            // What lies below differs in the same letters.
            break;
        }
    }
    found
}

/// What begins as the standard library or a package does.
fn taken(tree: &Tree<'_>) -> Vec<Clash> {
    let mut said = BTreeSet::new();
    let mut found = Vec::new();
    for path in &tree.paths {
        let first = path.split(['/', '.']).next().unwrap_or(path);
        if tree.taken.contains(&first) && said.insert(first) {
            let whose = if first == LIBRARY { "the standard library" } else { "a package" };
            let message = format!("`{path}` lies under the name of {whose}, `{first}`");
            found.push(tree.clash(codes::TAKEN_NAME, message, "rename the file or its folder", path, None));
        }
    }
    found
}

impl Tree<'_> {
    fn clash(&self, code: Code, message: String, help: &str, at: &str, also: Option<&str>) -> Clash {
        let from_root = |path: &str| format!("{}{path}", self.base);
        Clash { code, message, help: help.to_owned(), at: from_root(at), also: also.map(from_root) }
    }
}

fn stem(path: &str) -> &str {
    path.strip_suffix(EXTENSION).and_then(|path| path.strip_suffix('.')).unwrap_or(path)
}

/// Every folder above a file, outermost first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}
