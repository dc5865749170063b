//! A backup: a folder with the state as it was at one moment, the artifacts that are needed to go on from it, and a
//! manifest. It has its name only once it is whole and durable.

mod files;
mod manifest;
mod restore;

use std::path::{Path, PathBuf};

use plan::Digest;
use providers::Layout;
use providers::inspect;
use server::{Code, Failure};
use store::texts::Of;

use crate::mentions::Mentions;
pub(crate) use manifest::Manifest;
pub(crate) use restore::restore;

/// The database's name in a backup: the same as in a state directory, so that both are read alike.
const DATABASE: &str = "state.sqlite";

/// Writes a backup of a state directory into a folder that is not there yet.
pub(crate) fn backup(layout: &Layout, to: &Path, at_ms: i64, key: Option<String>) -> Result<Manifest, Failure> {
    let to = std::path::absolute(to).map_err(|error| files::failed("find", to, &error))?;
    if to.symlink_metadata().is_ok() {
        return Err(Failure::usage(format!("{} is there already; name a new folder for the backup", to.display())));
    }
    let fresh = Fresh::beside(&to)?;
    let manifest = fill(layout, &fresh.0, at_ms, key)?;
    fresh.become_named(&to)?;
    Ok(manifest)
}

/// A folder that goes away unless it gets its name.
struct Fresh(PathBuf);

impl Fresh {
    fn beside(to: &Path) -> Result<Self, Failure> {
        let name = to.file_name().ok_or_else(|| Failure::usage(format!("{} names no folder", to.display())))?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{}", std::process::id()));
        let fresh = Self(to.with_file_name(hidden));
        files::folder(&fresh.0)?;
        Ok(fresh)
    }

    fn become_named(self, to: &Path) -> Result<(), Failure> {
        files::sync(&self.0)?;
        std::fs::rename(&self.0, to).map_err(|error| files::failed("name", to, &error))?;
        to.parent().map_or(Ok(()), files::sync)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        // Gone already when it has its name.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn fill(layout: &Layout, into: &Path, at_ms: i64, key: Option<String>) -> Result<Manifest, Failure> {
    let snapshot = store::backup::snapshot(&layout.state, &into.join(DATABASE))?;
    let audit = store::backup::verify(&into.join(DATABASE))?;
    if let Some(problem) = audit.problems.first() {
        let message =
            format!("the state is damaged ({}), so no backup was made; `deployd doctor` says what helps", problem.what);
        return Err(Failure::new(Code::Refused, message));
    }
    let epoch = inspect::highest_epoch(layout).map_err(Failure::internal)?.max(snapshot.epoch);
    let mut manifest = Manifest {
        in_flight: snapshot.in_flight,
        head: audit.head,
        runs: audit.runs,
        records: audit.records,
        key,
        ..Manifest::new(at_ms, epoch)
    };
    note(&mut manifest, into, DATABASE)?;
    artifacts(layout, into, &mut manifest)?;
    roles(layout, into, &mut manifest)?;
    files::write(&into.join(manifest::NAME), &manifest.bytes()?, 0o600)?;
    Ok(manifest)
}

/// What runs, and what runs under way will need, as the copied state says: it may have moved on meanwhile.
fn artifacts(layout: &Layout, into: &Path, manifest: &mut Manifest) -> Result<(), Failure> {
    let needed = Mentions::of(into, &[Of::Running, Of::Unended], &[])?.digests;
    let kept = inspect::artifacts(layout).map_err(Failure::internal)?;
    let folder = Layout { state: into.to_owned(), program: PathBuf::new() }.artifacts();
    files::folder(&folder)?;
    for artifact in kept.iter().filter(|artifact| needed.contains(&artifact.digits)) {
        let copied = folder.join(&artifact.digits);
        files::copy(&artifact.path, &copied, 0o500)?;
        note(manifest, into, &format!("artifacts/sha256/{}", artifact.digits))?;
    }
    files::sync(&folder)?;
    files::sync(&into.join("artifacts"))
}

fn roles(layout: &Layout, into: &Path, manifest: &mut Manifest) -> Result<(), Failure> {
    let file = layout.state.join(server::role_file::NAME);
    if !file.is_file() {
        return Ok(());
    }
    files::copy(&file, &into.join(server::role_file::NAME), 0o600)?;
    note(manifest, into, server::role_file::NAME)
}

fn note(manifest: &mut Manifest, into: &Path, name: &str) -> Result<(), Failure> {
    let path = into.join(name);
    let sha256 = digest(&path)?;
    let bytes = std::fs::metadata(&path).map_err(|error| files::failed("look at", &path, &error))?.len();
    // An artifact is named after what it must hold.
    if name.strip_prefix("artifacts/sha256/").is_some_and(|digits| digits != sha256.digits()) {
        let message = format!(
            "the kept artifact {} does not match its digest; `deployd doctor` says what needs it",
            sha256.short()
        );
        return Err(Failure::new(Code::Refused, message));
    }
    manifest.files.insert(name.to_owned(), manifest::File { bytes, sha256 });
    Ok(())
}

fn digest(path: &Path) -> Result<Digest, Failure> {
    providers::digest_of_file(path).map_err(Failure::internal)
}
