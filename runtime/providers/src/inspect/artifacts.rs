//! The content-addressed store of artifacts from outside: what is there, whether it is whole, and what may go.

use std::fs;
use std::path::PathBuf;
use std::time::SystemTime;

use plan::Digest;

use crate::artifacts::hash;
use crate::layout::Layout;

/// One kept artifact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Artifact {
    /// The digits of its digest, which are its file's name.
    pub digits: String,
    /// Its file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it was last looked for by a run.
    pub used: SystemTime,
}

/// Every artifact that is kept, by digest. Files that are not named like one are left out.
pub fn artifacts(layout: &Layout) -> Result<Vec<Artifact>, String> {
    let folder = layout.artifacts();
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("cannot read {}: {error}", folder.display())),
    };
    let mut found: Vec<Artifact> = entries.flatten().filter_map(|entry| artifact(entry.path())).collect();
    found.sort_by(|a, b| a.digits.cmp(&b.digits));
    Ok(found)
}

fn artifact(path: PathBuf) -> Option<Artifact> {
    let digits = path.file_name()?.to_str()?.to_owned();
    Digest::parse(&format!("sha256:{digits}")).ok()?;
    let facts = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
    Some(Artifact { digits, path, bytes: facts.len(), used: facts.modified().ok()? })
}

/// What is wrong with the kept copy of an artifact, as words; none when it is whole.
pub fn damage(layout: &Layout, digest: &Digest) -> Option<String> {
    let path = layout.artifacts().join(digest.digits());
    match hash(&path) {
        _ if !path.exists() => Some("is not kept any more".to_owned()),
        Ok(found) if found == *digest => None,
        Ok(_) => Some("does not match its digest any more".to_owned()),
        Err(problem) => Some(format!("cannot be read ({problem})")),
    }
}

/// Removes a kept artifact, unless it was looked for since it was listed; nothing to do when it is gone.
pub fn forget(artifact: &Artifact) -> Result<(), String> {
    let path = &artifact.path;
    let used = fs::metadata(path).and_then(|facts| facts.modified());
    if used.is_ok_and(|used| used != artifact.used) {
        return Ok(());
    }
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("cannot remove {}: {error}", path.display()))
        }
        _ => Ok(()),
    }
}
