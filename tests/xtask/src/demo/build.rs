//! The four programs of the demonstration, in a release build.

use std::path::PathBuf;

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
    let built = |name: &str| PathBuf::from(target).join("release").join(name);
    Ok(Tools { deployc: built("deployc"), deployd: built("deployd"), shop: built("shop"), load: built("load") })
}
