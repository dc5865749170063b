//! The content-addressed store of artifacts: what was once run can be run again, also when the file it came
//! from was overwritten.

use std::fs::{self, File, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use plan::{Digest, Release};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use crate::host::files;
use crate::layout::Layout;

/// Largest artifact, in bytes.
const ARTIFACT_MAX: u64 = 2 << 30;
/// Most files that are looked at in one folder tree.
const FILES_MAX: usize = 10_000;
/// Deepest folder that is looked into.
const DEPTH_MAX: usize = 4;
/// Files that an error lists.
const LISTED_MAX: usize = 12;

/// Where a service's artifacts come from.
#[derive(Deserialize)]
#[serde(tag = "case", rename_all = "snake_case")]
enum Source {
    /// The files of a folder, relative to the project's root.
    Files {
        /// The folder.
        folder: String,
    },
}

/// The path of a release's artifact in the store, copied there first when it is not yet.
pub(crate) async fn resolve(layout: &Layout, release: &Release, root: &Path) -> Result<PathBuf, String> {
    let (store, release, root) = (layout.artifacts(), release.clone(), root.to_owned());
    tokio::task::spawn_blocking(move || resolve_now(&store, &release, &root))
        .await
        .map_err(|e| format!("looking for the artifact was broken off: {e}"))?
}

fn resolve_now(store: &Path, release: &Release, root: &Path) -> Result<PathBuf, String> {
    let digest = &release.artifact;
    let kept = store.join(digest.digits());
    if kept.is_file() {
        if hash(&kept)? == *digest {
            note_use(&kept);
            return Ok(kept);
        }
        // The store was tampered with or the disk lost bytes: what does not match its name is not run.
        fs::remove_file(&kept).map_err(|e| format!("{} is damaged and cannot be removed: {e}", kept.display()))?;
    }
    let source = serde_json::from_value(release.source.clone())
        .map_err(|e| format!("service {}: its artifact source is not known: {e}", release.service))?;
    let Source::Files { folder } = source;
    let found = scan(root, &folder)?;
    let file = found.iter().find(|(_, candidate)| candidate == digest);
    match file {
        Some((path, _)) => copy(path, store, digest),
        None => Err(missing(release, root, &folder, &found)),
    }
}

/// Retention leaves alone what was looked for lately: the run that looks may not be on record yet. Where the file
/// belongs to somebody else its old time stays, and at worst it is copied again.
fn note_use(kept: &Path) {
    let _ = File::open(kept).and_then(|file| file.set_modified(std::time::SystemTime::now()));
}

fn missing(release: &Release, root: &Path, folder: &str, found: &[(PathBuf, Digest)]) -> String {
    let names: Vec<String> = found
        .iter()
        .take(LISTED_MAX)
        .map(|(path, digest)| format!("{} = {}", path.file_name().unwrap_or_default().display(), digest.short()))
        .collect();
    let more = if found.len() > LISTED_MAX { format!(" and {} more", found.len() - LISTED_MAX) } else { String::new() };
    let there =
        if names.is_empty() { "it holds no file".to_owned() } else { format!("it holds {}{more}", names.join(", ")) };
    format!(
        "artifact {} of service {} is not in {} and no copy was kept: {there}; put the file there or give the digest of one of these",
        release.artifact,
        release.service,
        root.join(folder).display()
    )
}

/// Every regular file of the folder with its digest. Links are followed as long as they stay in the root.
fn scan(root: &Path, folder: &str) -> Result<Vec<(PathBuf, Digest)>, String> {
    let real_root = root.canonicalize().map_err(|e| format!("the project's root {}: {e}", root.display()))?;
    let start = real_root.join(folder);
    let start = start.canonicalize().map_err(|e| format!("the artifact folder {}: {e}", start.display()))?;
    if !start.starts_with(&real_root) {
        return Err(format!("the artifact folder `{folder}` lies outside of the project's root {}", root.display()));
    }
    let mut paths = Vec::new();
    collect(&start, &real_root, 0, &mut paths)?;
    paths.sort();
    paths.into_iter().map(|path| hash(&path).map(|digest| (path, digest))).collect()
}

fn collect(folder: &Path, root: &Path, depth: usize, paths: &mut Vec<PathBuf>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|e| format!("the artifact folder {}: {e}", folder.display()))?;
    for path in entries.filter_map(|entry| entry.ok()?.path().canonicalize().ok()).filter(|p| p.starts_with(root)) {
        if paths.len() >= FILES_MAX {
            return Err(format!("the artifact folder {} holds over {FILES_MAX} files", folder.display()));
        }
        let Ok(facts) = fs::metadata(&path) else { continue };
        if facts.is_file() && facts.len() <= ARTIFACT_MAX {
            paths.push(path);
        } else if facts.is_dir() && depth < DEPTH_MAX {
            collect(&path, root, depth + 1, paths)?;
        }
    }
    Ok(())
}

/// The SHA-256 of a file's content, read once; an error as a sentence.
pub fn hash(path: &Path) -> Result<Digest, String> {
    let mut file = File::open(path).map_err(|e| format!("cannot read {}: {e}", path.display()))?;
    pour(&mut file, &mut io::sink()).map_err(|e| format!("cannot read {}: {e}", path.display()))
}

fn pour(from: &mut impl Read, to: &mut impl Write) -> io::Result<Digest> {
    let mut sha = Sha256::new();
    let mut buffer = vec![0; 1 << 17];
    loop {
        let read = from.read(&mut buffer)?;
        let part = buffer.get(..read).unwrap_or_default();
        if part.is_empty() {
            return Ok(Digest::from_sha256(&sha.finalize().into()));
        }
        sha.update(part);
        to.write_all(part)?;
    }
}

fn copy(from: &Path, store: &Path, digest: &Digest) -> Result<PathBuf, String> {
    let fail = |e: io::Error| format!("cannot keep a copy of {} in {}: {e}", from.display(), store.display());
    files::private_dir(store)?;
    let mut temporary = tempfile::Builder::new().prefix(".new-").tempfile_in(store).map_err(fail)?;
    let copied =
        pour(&mut File::open(from).map_err(fail)?.take(ARTIFACT_MAX), temporary.as_file_mut()).map_err(fail)?;
    if copied != *digest {
        return Err(format!("{} changed while it was copied; try again", from.display()));
    }
    temporary.as_file().set_permissions(Permissions::from_mode(0o500)).map_err(fail)?;
    temporary.as_file().sync_all().map_err(fail)?;
    let kept = store.join(digest.digits());
    temporary.persist(&kept).map_err(|e| fail(e.error))?;
    files::sync_dir(store)?;
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(bytes: &[u8], folder: &str) -> Release {
        let source = serde_json::json!({"case": "files", "folder": folder});
        Release::new("shop", Digest::of(bytes), source, serde_json::Value::Null, 1)
    }

    #[test]
    fn a_copy_outlives_the_file_and_is_checked() {
        let root = tempfile::tempdir().unwrap();
        let store = root.path().join("state/sha256");
        fs::create_dir(root.path().join("re leases")).unwrap();
        let file = root.path().join("re leases/v1");
        fs::write(&file, "one").unwrap();
        let kept = resolve_now(&store, &release(b"one", "re leases"), root.path()).unwrap();
        assert_eq!(fs::metadata(&kept).unwrap().permissions().mode() & 0o777, 0o500);
        fs::write(&file, "two").unwrap();
        assert_eq!(resolve_now(&store, &release(b"one", "re leases"), root.path()).unwrap(), kept);
        fs::set_permissions(&kept, Permissions::from_mode(0o700)).unwrap();
        fs::write(&kept, "bad").unwrap();
        assert!(
            resolve_now(&store, &release(b"one", "re leases"), root.path()).unwrap_err().contains("no copy was kept")
        );
    }

    #[test]
    fn a_missing_artifact_says_what_is_there() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("releases")).unwrap();
        fs::write(root.path().join("releases/v1"), "one").unwrap();
        let message = resolve_now(&root.path().join("s"), &release(b"x", "releases"), root.path()).unwrap_err();
        let short = Digest::of(b"one").short().to_owned();
        assert!(message.contains(&format!("v1 = {short}")), "{message}");
        assert!(message.contains(&Digest::of(b"x").to_string()), "{message}");
    }

    #[test]
    fn nothing_outside_of_the_root_is_taken() {
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("v1"), "one").unwrap();
        let root = tempfile::tempdir().unwrap();
        let folder = outside.path().to_string_lossy().into_owned();
        let message = resolve_now(&root.path().join("s"), &release(b"one", &folder), root.path()).unwrap_err();
        assert!(message.contains("outside"), "{message}");
        fs::create_dir(root.path().join("releases")).unwrap();
        std::os::unix::fs::symlink(outside.path().join("v1"), root.path().join("releases/v1")).unwrap();
        assert!(resolve_now(&root.path().join("s"), &release(b"one", "releases"), root.path()).is_err());
    }
}
