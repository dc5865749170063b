//! A backup put back: everything is verified before anything is written, and nothing is written over.

use std::path::{Path, PathBuf};

use providers::{Layout, inspect};
use server::{Code, Failure};
use store::backup::{Snapshot, Vacant};

use super::{DATABASE, Manifest, digest, files};

/// Makes a backup the state of a directory that has none. Instances, proxies and the epoch file that are there are kept.
pub(crate) fn restore(backup: &Path, layout: &Layout, at_ms: i64) -> Result<(Manifest, Snapshot), Failure> {
    let manifest = Manifest::read(backup)?;
    check_files(backup, &manifest)?;
    check_state(backup)?;
    let vacant = Vacant::take(&layout.state)?;
    let seen = inspect::highest_epoch(layout).map_err(Failure::internal)?.max(manifest.epoch);
    for name in manifest.files.keys().filter(|name| *name != DATABASE) {
        put_back(backup, &layout.state, name)?;
    }
    let snapshot = vacant.restore(&backup.join(DATABASE), seen, at_ms)?;
    Ok((manifest, snapshot))
}

fn refuse(message: String) -> Failure {
    Failure::new(Code::Refused, format!("{message}; nothing was restored, use another backup"))
}

fn check_files(backup: &Path, manifest: &Manifest) -> Result<(), Failure> {
    for (name, file) in &manifest.files {
        if !is_ours(name) {
            return Err(refuse(format!("the manifest names `{name}`, which is no file of a backup")));
        }
        let path = backup.join(name);
        match digest(&path) {
            Ok(found) if found == file.sha256 => {}
            Ok(_) => return Err(refuse(format!("{} is not what was written into the backup", path.display()))),
            Err(failure) => return Err(refuse(failure.message)),
        }
    }
    match manifest.files.contains_key(DATABASE) {
        true => Ok(()),
        false => Err(refuse(format!("the backup {} holds no state", backup.display()))),
    }
}

/// Whatever a manifest says, nothing is read or written beside the places that a backup has.
fn is_ours(name: &str) -> bool {
    let artifact = name.strip_prefix("artifacts/sha256/");
    name == DATABASE
        || name == server::role_file::NAME
        || artifact.is_some_and(|digits| digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

fn check_state(backup: &Path) -> Result<(), Failure> {
    let audit = store::backup::verify(&backup.join(DATABASE))?;
    match audit.problems.first() {
        None => Ok(()),
        Some(problem) => {
            let run = problem.run.as_deref().map(|run| format!("run {run}: ")).unwrap_or_default();
            Err(refuse(format!("the state in the backup is damaged ({run}{})", problem.what)))
        }
    }
}

fn put_back(backup: &Path, state: &Path, name: &str) -> Result<(), Failure> {
    let (from, to): (PathBuf, PathBuf) = (backup.join(name), state.join(name));
    if to.exists() {
        return Ok(());
    }
    let folder = to.parent().unwrap_or(state);
    files::folder(folder)?;
    files::copy(&from, &to, if name.starts_with("artifacts/") { 0o500 } else { 0o600 })?;
    files::sync(folder)
}
