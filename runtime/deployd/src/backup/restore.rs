//! A backup put back: everything is verified before anything is written, and nothing is written over.

use std::path::{Path, PathBuf};

use machine::ports::store::Answered;
use providers::{Layout, inspect};
use serde_json::json;
use server::{Code, Failure};
use store::backup::{Snapshot, Vacant};

use super::{DATABASE, Manifest, digest, files};
use crate::commands::restore::Restored;
use crate::keyed::{self, read, written};

/// Makes a backup the state of a directory that has none. Instances, proxies and the epoch file that are there are kept.
/// What is answered becomes durable with the state, so that the same request under the same key finds it.
pub(crate) fn restore(backup: &Path, layout: &Layout, at_ms: i64, key: Option<String>) -> Result<Restored, Failure> {
    let manifest = Manifest::read(backup)?;
    let asked = keyed::asked(key, "restore", json!({ "backup": manifest.digest() }));
    if let Some(restored) = before(&layout.state, &asked)? {
        return Ok(restored);
    }
    check_files(backup, &manifest)?;
    check_state(backup)?;
    let vacant = Vacant::take(&layout.state)?;
    let seen = inspect::highest_epoch(layout).map_err(Failure::internal)?.max(manifest.epoch);
    for name in manifest.files.keys().filter(|name| *name != DATABASE) {
        put_back(backup, &layout.state, name)?;
    }
    let told = |snapshot: &Snapshot| Restored {
        backup_ms: manifest.at_ms,
        epoch: snapshot.epoch,
        waiting: snapshot.in_flight.clone(),
        runs: manifest.runs,
    };
    let answered = |snapshot: &Snapshot| Some(Answered { answer: written(&told(snapshot)).ok()?, done: true, ..asked });
    let snapshot = vacant.restore(&backup.join(DATABASE), seen, at_ms, answered)?;
    Ok(told(&snapshot))
}

/// What the state that is there says of this request.
fn before(state: &Path, asked: &Answered) -> Result<Option<Restored>, Failure> {
    // Whatever else is there is refused where nothing is written over.
    let known = store::sqlite::answered(state, &asked.key).ok().flatten();
    match known {
        None => Ok(None),
        Some(known) if known.request == asked.request => read(known.answer).map(Some),
        Some(known) => Err(known.taken().into()),
    }
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
