//! The packages of a project as they lie in `vendor/`, checked against `deploy.lock`.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes};
use semantics::{SourceText, Uses};
use smol_str::SmolStr;

use super::{Lock, Locked, Requirement, VENDOR, differences};
use crate::names::Tree;
use crate::side::SideFiles;
use crate::{LOCK_FILE, PROJECT_FILE, config, discover, read};

/// Files of one package that are named when they differ.
const NAMED_MAX: usize = 8;

const REMEDY: &str = "run `deployc vendor`, and review what it changes";

/// The packages of a project.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    /// Who may import from which.
    pub(crate) uses: Uses,
    /// Their sources.
    pub(crate) sources: Vec<SourceText>,
}

impl Packages {
    /// The sources of each package.
    pub(crate) fn trees(&self) -> impl Iterator<Item = Tree<'_>> {
        let names = self.uses.keys().filter(|name| !name.is_empty());
        names.map(|name| {
            let base = format!("{VENDOR}/{name}/");
            let paths: Vec<&str> = self.sources.iter().filter_map(|source| source.path.strip_prefix(&base)).collect();
            Tree::of(base, name, paths.into_iter(), &self.uses)
        })
    }
}

/// Reads the packages that a project asks for, and those that they ask for; what is not as it was locked is reported.
pub(crate) fn load(root: &Path, wanted: &[Requirement], side: &mut SideFiles, out: &mut Vec<Diagnostic>) -> Packages {
    let lock = match Lock::read(root) {
        Ok(lock) => lock,
        Err(why) => {
            let message = format!("`{LOCK_FILE}` cannot be read: {why}");
            out.push(Diagnostic::error(codes::NOT_VENDORED, side.unreadable(LOCK_FILE), message).help(REMEDY));
            return Packages { uses: uses_of("", wanted), ..Packages::default() };
        }
    };
    let mut loader = Loader { root, lock, wanted, side, out, packages: Packages::default(), seen: BTreeSet::new() };
    loader.all();
    loader.packages
}

fn uses_of(package: &str, wanted: &[Requirement]) -> Uses {
    let names: BTreeSet<SmolStr> = wanted.iter().map(|it| SmolStr::from(it.name.as_str())).collect();
    if names.is_empty() { Uses::new() } else { BTreeMap::from([(SmolStr::from(package), names)]) }
}

struct Loader<'l> {
    root: &'l Path,
    lock: Lock,
    /// What the project itself asks for, which decides for all.
    wanted: &'l [Requirement],
    side: &'l mut SideFiles,
    out: &'l mut Vec<Diagnostic>,
    packages: Packages,
    seen: BTreeSet<String>,
}

impl Loader<'_> {
    fn all(&mut self) {
        self.packages.uses.extend(uses_of("", self.wanted));
        let mut queue: VecDeque<Requirement> = self.wanted.iter().cloned().collect();
        while let Some(requirement) = queue.pop_front() {
            let Some(locked) = self.locked(&requirement) else { continue };
            if self.seen.insert(locked.name.clone()) {
                queue.extend(self.package(&locked));
            }
        }
        let unused: Vec<String> =
            self.lock.packages.iter().map(|it| it.name.clone()).filter(|name| !self.seen.contains(name)).collect();
        // Where something is missing or wrong, nobody knows what it would ask for.
        if !self.out.iter().any(Diagnostic::is_error) && !unused.is_empty() {
            let at = self.side.unreadable(LOCK_FILE);
            let message = format!("`{LOCK_FILE}` has packages that nobody asks for: {}", unused.join(", "));
            self.out.push(Diagnostic::error(codes::NOT_VENDORED, at, message).help(REMEDY));
        }
    }

    /// The lock's entry, if it is of what is asked for.
    fn locked(&mut self, requirement: &Requirement) -> Option<Locked> {
        let name = &requirement.name;
        let decided = self.wanted.iter().find(|it| it.name == *name).unwrap_or(requirement);
        let locked = self.lock.get(name).cloned();
        let why = match &locked {
            None => format!("the package `{name}` is not vendored"),
            Some(locked) if locked.git != decided.git => {
                format!("the package `{name}` is vendored from another repository, `{}`", locked.git)
            }
            Some(locked) if locked.rev != decided.rev => {
                format!("the package `{name}` is vendored at another commit, `{}`", locked.rev)
            }
            Some(_) => return locked,
        };
        self.out.push(Diagnostic::error(codes::NOT_VENDORED, requirement.span, why).help(REMEDY));
        None
    }

    /// Reads a package, and returns what it asks for.
    fn package(&mut self, locked: &Locked) -> Vec<Requirement> {
        let differences = differences(self.root, locked);
        if !differences.is_empty() {
            self.differs(locked, &differences);
            return Vec::new();
        }
        let folder = self.root.join(VENDOR).join(&locked.name);
        self.sources(&locked.name, &folder);
        let wanted = self.asked(&locked.name, &folder);
        let uses = uses_of(&locked.name, &wanted);
        self.packages.uses.entry(SmolStr::from(locked.name.as_str())).or_default();
        self.packages.uses.extend(uses);
        wanted
    }

    fn differs(&mut self, locked: &Locked, differences: &[(String, String)]) {
        for (path, why) in differences.iter().take(NAMED_MAX) {
            let message = format!("`{path}` is not as it was locked: {why}");
            let mut diagnostic = Diagnostic::error(codes::VENDORED_DIFFERS, self.side.unreadable(path), message);
            if differences.len() > NAMED_MAX {
                diagnostic = diagnostic.note(format!("{} files of this package differ", differences.len()));
            }
            self.out.push(diagnostic.note(format!("the package `{}` is of {}", locked.name, locked.git)).help(
                "run `deployc vendor`, which fetches the package as it was locked; a change belongs into its repository",
            ));
        }
    }

    fn sources(&mut self, name: &str, folder: &Path) {
        let found = discover::sources(folder);
        for path in found.sources {
            let shown = format!("{VENDOR}/{name}/{path}");
            match read::source(self.root, &shown, self.side) {
                Ok(text) => self.packages.sources.push(SourceText { path: shown, text: Arc::from(text) }),
                Err(diagnostic) => self.out.push(*diagnostic),
            }
        }
    }

    /// What the package's own `deploy.toml` asks for.
    fn asked(&mut self, name: &str, folder: &Path) -> Vec<Requirement> {
        let path = format!("{VENDOR}/{name}/{PROJECT_FILE}");
        match read::source(folder, PROJECT_FILE, &mut SideFiles::default()) {
            Ok(text) => {
                let file = self.side.add(&path, text.clone());
                config::settings(file, &text, self.out).packages
            }
            Err(_) => {
                let at: Span = self.side.unreadable(&path);
                let message = format!("the package `{name}` has no `{PROJECT_FILE}` that can be read");
                self.out.push(Diagnostic::error(codes::NOT_VENDORED, at, message).help(REMEDY));
                Vec::new()
            }
        }
    }
}
