//! `deploy.lock`: each vendored package with its address, its commit and the sum over its files.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::required::is_name;
use crate::{LOCK_FILE, PROJECT_FILE_SIZE_MAX, read};

/// The form of the file.
const VERSION: u32 = 1;

const HEAD: &str = "\
# Written by `deployc vendor`: what the packages in `vendor/` come from and hold.
";

/// What `deploy.lock` says, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    version: u32,
    /// The packages.
    #[serde(default, rename = "package")]
    pub packages: Vec<Locked>,
}

/// A package as it was vendored.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// What imports from it begin with, and its folder in `vendor/`.
    pub name: String,
    /// The address that it was fetched from.
    pub git: String,
    /// The commit.
    pub rev: String,
    /// The SHA-256 sum of the listing of its files.
    pub sha256: String,
}

impl Lock {
    /// A lock of these packages.
    #[must_use]
    pub fn of(mut packages: Vec<Locked>) -> Self {
        packages.sort();
        Self { version: VERSION, packages }
    }

    /// The lock of the project with that root; an empty one if there is none.
    ///
    /// # Errors
    /// A sentence that says why it cannot be read.
    pub fn read(root: &Path) -> Result<Self, String> {
        let path = root.join(LOCK_FILE);
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::of(Vec::new())),
            Err(error) => return Err(error.to_string()),
            Ok(found) if !found.is_file() => return Err("it is not a file".to_owned()),
            Ok(_) => {}
        }
        let bytes = read::bytes(&path, PROJECT_FILE_SIZE_MAX).map_err(|error| error.to_string())?;
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).ok_or("it is not a text of at most 1 MiB")?;
        let lock: Self = toml::from_str(&text).map_err(|error| error.message().to_owned())?;
        if lock.version != VERSION {
            return Err(format!("its version is {}, not {VERSION}", lock.version));
        }
        match lock.packages.iter().find(|package| !is_name(&package.name)) {
            Some(wrong) => Err(format!("`{}` is no name for a package", wrong.name.escape_debug())),
            None => Ok(lock),
        }
    }

    /// The package of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Locked> {
        self.packages.iter().find(|package| package.name == name)
    }

    /// What the file holds.
    ///
    /// # Errors
    /// A text that TOML cannot hold.
    pub fn text(&self) -> Result<String, String> {
        toml::to_string(self).map(|text| format!("{HEAD}{text}")).map_err(|error| error.to_string())
    }
}
