//! Secrets: resolved at the moment of use, handed over as files that only their owner reads, and never part
//! of a message, an argument, an environment or a journal.

pub(crate) mod scrub;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::host::files;

/// Largest secret, in bytes (systemd's own limit for a credential).
const SECRET_MAX: u64 = 1 << 20;

/// A secret's bytes: shown by no formatter, overwritten when dropped.
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// Wraps bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes, for the one place that hands them over.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(redacted)")
    }
}

/// Where a secret comes from, as it stands in a plan: `{"$secret": "file:PATH"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reference {
    #[serde(rename = "$secret")]
    source: String,
}

impl Reference {
    /// Reads the secret; paths are relative to `root`.
    pub(crate) fn resolve(&self, root: &Path) -> Result<Secret, String> {
        match self.source.split_once(':') {
            Some(("file", path)) => from_file(&root.join(path)),
            Some(("systemd-credential", name)) => from_credential(name),
            Some(_) | None => Err(format!(
                "the secret `{}` has no known source: write `file:PATH` or `systemd-credential:NAME`",
                self.source
            )),
        }
    }
}

/// Resolves every secret without keeping any, for a look ahead.
pub(crate) fn check(references: &BTreeMap<String, Reference>, root: &Path) -> Result<(), String> {
    references.iter().try_for_each(|(name, reference)| {
        variable_name(name)?;
        reference.resolve(root).map(drop).map_err(|e| format!("secret {name}: {e}"))
    })
}

/// Writes every secret to a 0600 file in `folder` and answers their paths by name.
pub(crate) fn hand_over(
    references: &BTreeMap<String, Reference>,
    root: &Path,
    folder: &Path,
) -> Result<BTreeMap<String, PathBuf>, String> {
    let mut paths = BTreeMap::new();
    if references.is_empty() {
        return Ok(paths);
    }
    files::private_dir(folder)?;
    for (name, reference) in references {
        variable_name(name)?;
        let secret = reference.resolve(root).map_err(|e| format!("secret {name}: {e}"))?;
        let path = folder.join(name);
        files::write_whole(&path, secret.expose(), 0o600)?;
        paths.insert(name.clone(), path);
    }
    Ok(paths)
}

/// Reads handed-over secrets back, for the scrubber.
pub(crate) fn read_back<'a>(paths: impl Iterator<Item = &'a PathBuf>) -> Vec<Secret> {
    paths.filter_map(|path| read(path).ok()).collect()
}

/// Whether a name can be an environment variable's: it becomes `NAME_FILE` and a file's name.
pub(crate) fn variable_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || name.len() > 128 || name.starts_with(|c: char| c.is_ascii_digit()) || !name.chars().all(plain)
    {
        return Err(format!(
            "`{name}` cannot name an environment variable: use letters, digits and `_`, not a digit first"
        ));
    }
    Ok(())
}

fn from_file(path: &Path) -> Result<Secret, String> {
    let mode = std::fs::metadata(path)
        .map_err(|e| format!("{}: {e}; create the file with mode 0600", path.display()))?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(format!(
            "{} can be read by others (mode {:04o}); run `chmod 600` on it",
            path.display(),
            mode & 0o7777
        ));
    }
    read(path)
}

fn from_credential(name: &str) -> Result<Secret, String> {
    let folder = std::env::var_os("CREDENTIALS_DIRECTORY").ok_or_else(|| {
        format!("systemd credential `{name}`: $CREDENTIALS_DIRECTORY is not set; start the runtime from a unit with LoadCredential={name}")
    })?;
    if name.is_empty() || name.contains('/') || name.starts_with('.') {
        return Err(format!("`{name}` is not a credential's name"));
    }
    read(&Path::new(&folder).join(name))
}

fn read(path: &Path) -> Result<Secret, String> {
    let fail = |e: std::io::Error| format!("{}: {e}", path.display());
    let file = File::open(path).map_err(fail)?;
    let size = file.metadata().map_err(fail)?.len();
    if size > SECRET_MAX {
        return Err(format!("{} is larger than {SECRET_MAX} bytes, the limit for a secret", path.display()));
    }
    // Reserved in full, so that growing leaves no copy behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(usize::try_from(size).unwrap_or(0).saturating_add(1)));
    file.take(SECRET_MAX).read_to_end(&mut bytes).map_err(fail)?;
    Ok(Secret(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference(source: &str) -> Reference {
        Reference { source: source.into() }
    }

    #[test]
    fn only_private_files_are_secrets() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("token");
        std::fs::write(&path, "hunter2").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let message = reference("file:token").resolve(root.path()).unwrap_err();
        assert!(message.contains("mode 0640") && message.contains("chmod 600"), "{message}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let secret = reference("file:token").resolve(root.path()).unwrap();
        assert_eq!(secret.expose(), b"hunter2");
        assert_eq!(format!("{secret:?}"), "Secret(redacted)");
        assert!(reference("vault:x").resolve(root.path()).unwrap_err().contains("file:PATH"));
        assert!(reference("file:none").resolve(root.path()).unwrap_err().contains("mode 0600"));
    }

    #[test]
    fn handed_over_files_are_private() {
        let root = tempfile::tempdir().unwrap();
        files::write_whole(&root.path().join("token"), b"hunter2", 0o600).unwrap();
        let references = BTreeMap::from([("TOKEN".to_owned(), reference("file:token"))]);
        let paths = hand_over(&references, root.path(), &root.path().join("secrets")).unwrap();
        let mode = std::fs::metadata(&paths["TOKEN"]).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let bad = BTreeMap::from([("../x".to_owned(), reference("file:token"))]);
        assert!(hand_over(&bad, root.path(), &root.path().join("secrets")).is_err());
    }
}
