//! The four programs of the demonstration, in a release build.

use std::path::{Path, PathBuf};

use crate::cargo::{cargo, metadata, succeed};

/// Where the built programs are.
pub(crate) struct Tools {
    pub(crate) deployc: PathBuf,
    pub(crate) deployd: PathBuf,
    pub(crate) shop: PathBuf,
    pub(crate) load: PathBuf,
}

/// Builds them. The first time this takes minutes; cargo says how far it is.
pub(crate) fn release() -> Result<Tools, String> {
    let packages = ["deployc", "deployd", "first-canary-service"];
    succeed(cargo().args(["build", "--release", "--bins"]).args(packages.iter().flat_map(|p| ["--package", p])))?;
    let metadata = metadata()?;
    let target = metadata["target_directory"].as_str().ok_or("cargo names no target folder")?;
    Tools::of(&Path::new(target).join("release"))
}

impl Tools {
    /// The programs in a folder.
    pub(crate) fn of(folder: &Path) -> Result<Self, String> {
        let folder = folder.canonicalize().map_err(|e| format!("{} cannot be read: {e}", folder.display()))?;
        let built = |name: &str| {
            let program = folder.join(name);
            if program.is_file() { Ok(program) } else { Err(format!("{} is not there", program.display())) }
        };
        Ok(Self { deployc: built("deployc")?, deployd: built("deployd")?, shop: built("shop")?, load: built("load")? })
    }
}
