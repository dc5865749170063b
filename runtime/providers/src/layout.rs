//! Where everything lies below the state directory: one place, so that two versions of the program agree.

use std::path::{Path, PathBuf};

use plan::ReleaseId;

use crate::host::files;

/// Longest name of an environment or a service that becomes a folder, in bytes.
pub const NAME_MAX: usize = 64;

/// The two paths that the providers need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The state directory, created with mode 0700 when it is missing.
    pub state: PathBuf,
    /// The program whose hidden subcommands `internal supervise`, `internal proxy` and `internal attend` are started.
    pub program: PathBuf,
}

impl Layout {
    /// The content-addressed store of artifacts.
    pub fn artifacts(&self) -> PathBuf {
        self.state.join("artifacts").join("sha256")
    }

    /// The folder of all instances of a release; an error when a name cannot be a folder's.
    pub fn release(&self, environment: &str, service: &str, release: &ReleaseId) -> Result<PathBuf, String> {
        Ok(self.service("instances", environment, service)?.join(safe("release", &release.0)?))
    }

    /// The folder in which the last logs of stopped instances of a service are kept.
    pub fn logs(&self, environment: &str, service: &str) -> Result<PathBuf, String> {
        self.service("logs", environment, service)
    }

    /// The folder of the proxy that listens on `listen` for an environment.
    pub fn proxy(&self, environment: &str, listen: &str) -> Result<PathBuf, String> {
        let folder = listen.replace([':', '[', ']'], "_");
        Ok(self.state.join("proxies").join(safe("environment", environment)?).join(safe("address", &folder)?))
    }

    /// The folders of all steps of which something is kept; none when no action was ever carried out.
    pub(crate) fn actions(&self) -> Result<Vec<PathBuf>, String> {
        let all = self.state.join("actions");
        let fail = |e: std::io::Error| format!("cannot read {}: {e}", all.display());
        match std::fs::read_dir(&all) {
            Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path()).map_err(fail)).collect(),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(e) => Err(fail(e)),
        }
    }

    /// The folder of one action, by an idempotency key `run/node/attempt-group`: the same for all attempts at it.
    pub fn action(&self, key: &str) -> PathBuf {
        let step = key.rsplit_once('/').map_or(key, |(step, _)| step);
        let digest = plan::Digest::of(step.as_bytes());
        self.state.join("actions").join(digest.short())
    }

    /// The file with the highest epoch that was seen.
    pub(crate) fn epoch(&self) -> PathBuf {
        self.state.join("providers.epoch")
    }

    /// Creates the state directory for its owner alone.
    pub(crate) fn prepare(&self) -> Result<(), String> {
        files::private_dir(&self.state)
    }

    fn service(&self, kind: &str, environment: &str, service: &str) -> Result<PathBuf, String> {
        Ok(self.state.join(kind).join(safe("environment", environment)?).join(safe("service", service)?))
    }
}

/// A name that is one plain folder, or the reason why it is not.
fn safe<'a>(what: &str, name: &'a str) -> Result<&'a Path, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    if name.is_empty() || name.len() > NAME_MAX || name.starts_with('.') || !name.chars().all(plain) {
        return Err(format!(
            "the {what} name `{name}` cannot name a folder: use 1 to {NAME_MAX} letters, digits, `.`, `_` or `-`, not starting with `.`"
        ));
    }
    Ok(Path::new(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_below_the_state_directory() {
        let layout = Layout { state: "/s".into(), program: "/p".into() };
        for name in ["", "..", ".x", "a/b", "a b", "é", &"x".repeat(65)] {
            assert!(layout.release("local", name, &ReleaseId("r-1".into())).is_err(), "{name}");
        }
        let folder = layout.release("local", "shop", &ReleaseId("r-1".into())).unwrap();
        assert_eq!(folder, Path::new("/s/instances/local/shop/r-1"));
        assert_eq!(layout.proxy("local", "127.0.0.1:80").unwrap(), Path::new("/s/proxies/local/127.0.0.1_80"));
    }
}
