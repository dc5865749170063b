//! `deployc vendor`: brings `vendor/` and `deploy.lock` to what `deploy.toml` states.

mod git;
mod install;

use std::collections::{BTreeMap, VecDeque};

use project::packages::{Lock, Locked, Requirement, VENDOR, differences, required_by};
use project::{PROJECT_FILE, Project};
use serde::Serialize;

use crate::failure::Failure;
use install::Folder;

/// What became of a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Became {
    /// It was as it is stated.
    Kept,
    /// It was fetched.
    Vendored,
    /// Nobody asks for it any more.
    Removed,
}

/// A package, and what became of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Vendored {
    /// Which.
    #[serde(flatten)]
    pub(crate) package: Locked,
    /// What became of it.
    pub(crate) became: Became,
}

/// Fetches what is missing or not as it is stated, keeps the rest, and removes what nobody asks for.
pub(crate) fn vendor(project: &Project) -> Result<Vec<Vendored>, Failure> {
    let before = Lock::read(project.root()).map_err(|why| {
        let help = "bring it back from your version control, or delete it together with the packages in `vendor/`";
        Failure::refused(format!("`deploy.lock` cannot be read: {why}"), help)
    })?;
    if project.requirements().is_empty() && before.packages.is_empty() {
        return Ok(Vec::new());
    }
    let folder = Folder::take(project.root())?;
    let mut all = chosen(project, &before, &folder)?;
    for it in all.iter().filter(|it| it.became == Became::Vendored) {
        folder.install(&it.package.name)?;
    }
    let gone = |old: &&Locked| !all.iter().any(|it| it.package.name == old.name);
    let gone: Vec<Locked> = before.packages.iter().filter(gone).cloned().collect();
    for package in &gone {
        folder.remove(&package.name)?;
    }
    let after = Lock::of(all.iter().map(|it| it.package.clone()).collect());
    if after != before {
        folder.lock(&after)?;
    }
    all.extend(gone.into_iter().map(|package| Vendored { package, became: Became::Removed }));
    Ok(all)
}

/// Every package that is asked for, by the project or by another package, each once.
fn chosen(project: &Project, before: &Lock, folder: &Folder) -> Result<Vec<Vendored>, Failure> {
    let mut chosen: BTreeMap<String, (Vendored, String)> = BTreeMap::new();
    let own = project.requirements().iter().map(|it| (PROJECT_FILE.to_owned(), it.clone()));
    let mut queue: VecDeque<(String, Requirement)> = own.collect();
    while let Some((by, wanted)) = queue.pop_front() {
        if let Some((first, first_by)) = chosen.get(&wanted.name) {
            agree(project, (&first.package, first_by), (&wanted, &by))?;
            continue;
        }
        let one = brought(project, before, folder, &wanted)?;
        let lies = if one.became == Became::Kept { folder.place(&wanted.name) } else { folder.staged(&wanted.name) };
        let more = required_by(&lies).map_err(|why| {
            let help = "take another commit of it, or mend the package in its repository";
            Failure::refused(format!("the package `{}` cannot be used: {why}", wanted.name), help)
        })?;
        let path = format!("{VENDOR}/{}/{PROJECT_FILE}", wanted.name);
        queue.extend(more.into_iter().map(|it| (path.clone(), it)));
        chosen.insert(wanted.name, (one, by));
    }
    Ok(chosen.into_values().map(|(one, _)| one).collect())
}

/// Two that ask for one name mean the same, unless the project itself has decided.
fn agree(project: &Project, first: (&Locked, &str), second: (&Requirement, &str)) -> Result<(), Failure> {
    let (package, wanted) = (first.0, second.0);
    let decided = project.requirements().iter().any(|it| it.name == wanted.name);
    if decided || (package.git == wanted.git && package.rev == wanted.rev) {
        return Ok(());
    }
    let message = format!(
        "two packages are called `{}`: `{}` asks for {} of {}, and `{}` for {} of {}",
        wanted.name, first.1, package.rev, package.git, second.1, wanted.rev, wanted.git
    );
    Err(Failure::refused(message, "state the one that you want in your own `deploy.toml`, which decides for all"))
}

/// The package as it is, where that is as it is stated; else as it is fetched.
fn brought(project: &Project, before: &Lock, folder: &Folder, wanted: &Requirement) -> Result<Vendored, Failure> {
    let known = before.get(&wanted.name);
    if let Some(package) = known.filter(|it| it.git == wanted.git && it.rev == wanted.rev)
        && differences(project.root(), package).is_empty()
    {
        return Ok(Vendored { package: package.clone(), became: Became::Kept });
    }
    if known.is_none() && folder.is_taken(&wanted.name) {
        let message = format!("`{VENDOR}/{}` is there, and `deploy.lock` does not know it", wanted.name);
        return Err(Failure::refused(message, "move it away, or give the package another name"));
    }
    let sha256 = folder.fetched(wanted)?.sha256();
    let Requirement { name, git, rev, .. } = wanted.clone();
    if let Some(locked) = known.filter(|it| it.rev == rev && it.git == git && it.sha256 != sha256) {
        let message = format!("the commit `{rev}` of the package `{name}` does not hold what was locked");
        let help = format!("it was {}, and is {sha256}; find out who changed `deploy.lock`", locked.sha256);
        return Err(Failure::refused(message, help));
    }
    Ok(Vendored { package: Locked { name, git, rev, sha256 }, became: Became::Vendored })
}
