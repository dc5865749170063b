//! The programs that take part.

use std::path::{Path, PathBuf};

/// Where they are.
#[derive(Clone, Debug)]
pub struct Programs {
    pub(crate) deployc: PathBuf,
    pub(crate) deployd: PathBuf,
    pub(crate) shop: PathBuf,
    pub(crate) load: PathBuf,
    pub(crate) ledger: PathBuf,
}

impl Programs {
    /// The programs in a folder.
    ///
    /// # Errors
    /// One of them is not there.
    pub fn of(folder: &Path) -> Result<Self, String> {
        let folder = folder.canonicalize().map_err(|e| format!("{} cannot be read: {e}", folder.display()))?;
        let built = |name: &str| {
            let program = folder.join(name);
            if program.is_file() { Ok(program) } else { Err(format!("{} is not there", program.display())) }
        };
        Ok(Self {
            deployc: built("deployc")?,
            deployd: built("deployd")?,
            shop: built("shop")?,
            load: built("load")?,
            ledger: built("ledger")?,
        })
    }

    /// The same with another runtime to be killed.
    pub fn with_runtime(self, deployd: PathBuf) -> Self {
        Self { deployd, ..self }
    }
}
