//! Modules: which files there are, what a path of names after `use` stands for, and who sees what.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use crate::database::{Project, SourceFile};
use crate::queries::scope::index;
use crate::queries::source::head;

/// The folder of vendored packages, below the project's root.
pub const VENDOR: &str = "vendor";

/// The module of a file: its path without the ending, with dots; that of a package's file begins with the package's name.
pub(crate) fn module_of(path: &str) -> SmolStr {
    let path = below_vendor(path).unwrap_or(path);
    path.strip_suffix(".deploy").unwrap_or(path).replace('/', ".").into()
}

/// The path from the folder of packages on, for a file in it.
fn below_vendor(path: &str) -> Option<&str> {
    path.strip_prefix(VENDOR)?.strip_prefix('/')
}

/// The package that a path belongs to; empty for the project's own.
pub(crate) fn package_of(path: &str) -> &str {
    below_vendor(path).and_then(|below| below.split_once('/')).map_or("", |(package, _)| package)
}

/// What stands before paths that are counted from the root of a file's package.
pub(crate) fn root_of(path: &str) -> String {
    match package_of(path) {
        "" => String::new(),
        package => format!("{VENDOR}/{package}/"),
    }
}

/// Every file whose declarations other files may import.
pub(crate) fn all_files(db: &dyn salsa::Database, project: Project) -> impl Iterator<Item = &SourceFile> {
    project.files(db).iter().chain(project.library(db)).chain(project.packaged(db))
}

/// The file of every module.
#[salsa::tracked]
pub(crate) fn modules(db: &dyn salsa::Database, project: Project) -> BTreeMap<SmolStr, SourceFile> {
    all_files(db, project).map(|file| (file.module(db).clone(), *file)).collect()
}

/// The module that a path of names stands for in a file, and its file.
pub(crate) fn named(db: &dyn salsa::Database, from: SourceFile, written: &str) -> Option<(SmolStr, SourceFile)> {
    let all = modules(db, Project::get(db));
    let package = package_of(from.path(db));
    let own = if package.is_empty() { SmolStr::from(written) } else { format_smolstr!("{package}.{written}") };
    [own, SmolStr::from(written)].into_iter().find_map(|module| {
        let file = *all.get(&module)?;
        (written_from(db, from, file).as_deref() == Some(written)).then_some((module, file))
    })
}

/// How a file writes the module of another one; nothing for what it does not see.
pub(crate) fn written_from(db: &dyn salsa::Database, from: SourceFile, of: SourceFile) -> Option<SmolStr> {
    let (here, there) = (package_of(from.path(db)), package_of(of.path(db)));
    let module = of.module(db).clone();
    if of.library(db) {
        return Some(module);
    }
    if here == there {
        return Some(if here.is_empty() { module } else { module[here.len() + 1..].into() });
    }
    let uses = Project::get(db).uses(db).get(here);
    uses.is_some_and(|uses| uses.contains(there)).then_some(module)
}

/// The modules that a file sees, as it writes them.
pub(crate) fn visible(db: &dyn salsa::Database, from: SourceFile) -> Vec<SmolStr> {
    let others = all_files(db, Project::get(db)).filter(|file| **file != from);
    others.filter_map(|file| written_from(db, from, *file)).collect()
}

/// The module that exports `name`, as `from` writes it: of the standard library, or the only one beside it.
pub(crate) fn home(db: &dyn salsa::Database, from: SourceFile, name: &str) -> Option<SmolStr> {
    let exports = |file: &&SourceFile| index(db, **file).get(name).is_some_and(|item| head(db, item).public);
    let project = Project::get(db);
    if let Some(library) = project.library(db).iter().find(exports) {
        return Some(library.module(db).clone());
    }
    let others = project.files(db).iter().chain(project.packaged(db)).filter(|file| **file != from);
    let mut homes = others.filter(exports).filter_map(|file| written_from(db, from, *file));
    homes.next().filter(|_| homes.next().is_none())
}
