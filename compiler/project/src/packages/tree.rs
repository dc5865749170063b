//! A vendored folder beside what its lock says it holds.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::{Listing, Locked, TREE_FILES_MAX, TREE_SIZE_MAX, VENDOR};
use crate::read;

/// What is not as it was locked: a path from the project's root, and what is the matter with it.
pub type Differences = Vec<(String, String)>;

/// Most bytes of a line of a listing: a sum and a path.
const LINE_MAX: u64 = 5_000;

/// How the folder of a package differs from what was locked; empty where it does not.
#[must_use]
pub fn differences(root: &Path, locked: &Locked) -> Differences {
    let folder = format!("{VENDOR}/{}", locked.name);
    let list = format!("{folder}.sha256");
    let wanted = match listing(root, &list, locked) {
        Ok(wanted) => wanted,
        Err(why) => return vec![(list, why)],
    };
    let real = root.join(VENDOR).join(&locked.name);
    if real.canonicalize().ok().as_deref() != Some(&real) {
        return vec![(folder, "the folder is missing, or a link leads to it".to_owned())];
    }
    let mut walk = Walk { found: Listing::default(), obstacles: Vec::new(), bytes: 0 };
    walk.folder(&real, "");
    let mut all: Differences = walk.obstacles;
    let stray = walk.found.not_in(&wanted);
    all.extend(stray.map(|(path, changed)| {
        let why = if changed { "it was changed" } else { "it was added" };
        (path.to_owned(), why.to_owned())
    }));
    let gone = wanted.not_in(&walk.found).filter(|(path, there)| !there && !all.iter().any(|(it, _)| it == path));
    let gone: Differences = gone.map(|(path, _)| (path.to_owned(), "it is missing".to_owned())).collect();
    all.extend(gone);
    all.sort();
    all.into_iter()
        .map(|(path, why)| (if path.is_empty() { folder.clone() } else { format!("{folder}/{path}") }, why))
        .collect()
}

fn listing(root: &Path, path: &str, locked: &Locked) -> Result<Listing, String> {
    let path = root.join(path);
    if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
        return Err("the list of the package's files is missing".to_owned());
    }
    let most = LINE_MAX * TREE_FILES_MAX as u64;
    let bytes = read::bytes(&path, most).map_err(|error| error.to_string())?.unwrap_or_default();
    if hex::encode(Sha256::digest(&bytes)) != locked.sha256 {
        return Err("the list of the package's files was changed".to_owned());
    }
    let listing = String::from_utf8(bytes).ok().and_then(|text| Listing::read(&text));
    listing.ok_or_else(|| "it is no list of a package's files".to_owned())
}

struct Walk {
    found: Listing,
    /// By path from the folder.
    obstacles: Differences,
    bytes: u64,
}

impl Walk {
    fn folder(&mut self, folder: &Path, shown: &str) {
        let entries = match fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => return self.obstacles.push((shown.to_owned(), error.to_string())),
        };
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let shown = if shown.is_empty() { name } else { format!("{shown}/{name}") };
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => self.folder(&entry.path(), &shown),
                Ok(kind) if kind.is_file() => self.file(&entry.path(), &shown),
                Ok(_) => self.obstacles.push((shown, "a package holds files and folders only".to_owned())),
                Err(error) => self.obstacles.push((shown, error.to_string())),
            }
        }
    }

    fn file(&mut self, path: &Path, shown: &str) {
        let left = TREE_SIZE_MAX.saturating_sub(self.bytes);
        match read::bytes(path, left) {
            Ok(Some(bytes)) if self.found.len() < TREE_FILES_MAX => {
                self.bytes += bytes.len() as u64;
                self.found.add(shown, &bytes);
            }
            Ok(_) => self.obstacles.push((shown.to_owned(), "the package is larger than a package may be".to_owned())),
            Err(error) => self.obstacles.push((shown.to_owned(), error.to_string())),
        }
    }
}
