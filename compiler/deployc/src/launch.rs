//! Handing a plan to `deployd`: a private file for it, and the program that replaces this one.

use std::ffi::OsString;
use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use plan::Plan;

use crate::failure::Failure;

const PROGRAM: &str = "deployd";

/// Writes the plan where only this user can read it, and returns the path.
///
/// The name follows from the plan, so that running the same plan again leaves no second file behind.
pub(crate) fn written(plan: &Plan) -> Result<PathBuf, Failure> {
    let folder = std::env::temp_dir().join(format!("deployc-{}", rustix::process::geteuid().as_raw()));
    let path = folder.join(format!("{}-{}.plan.json", plan.body.workflow, plan.digest.short()));
    let write = || {
        private(&folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.write_all(&plan.to_bytes())?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|error: io::Error| {
        let help = "name a folder of your own with `TMPDIR`, or build the plan with `deployc build -o FILE` and give it to `deployd run`";
        Failure::refused(format!("the plan cannot be written to `{}`: {error}", path.display()), help)
    })?;
    Ok(path)
}

/// Makes a folder that only this user can enter; one that somebody else has made is refused.
fn private(folder: &Path) -> io::Result<()> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let found = fs::symlink_metadata(folder)?;
    if !found.is_dir() || found.uid() != rustix::process::geteuid().as_raw() || found.mode() & 0o077 != 0 {
        return Err(io::Error::other("the folder is not this user's alone"));
    }
    Ok(())
}

/// Becomes `deployd` with these arguments; comes back only when there is none.
pub(crate) fn deployd(arguments: &[OsString], plain: bool) -> Failure {
    let program = program();
    let mut command = Command::new(&program);
    command.args(arguments);
    if plain {
        command.env("NO_COLOR", "1");
    }
    let error = command.exec();
    let help = "the runtime is a program of its own: put `deployd` beside `deployc` or into a folder of `PATH`";
    Failure::refused(format!("`{}` cannot be started: {error}", program.display()), help)
}

/// The one beside this executable, which is of the same version; else the one that `PATH` finds.
fn program() -> PathBuf {
    let own = std::env::current_exe().ok();
    let beside = own.and_then(|path| path.parent().map(|folder| folder.join(PROGRAM)));
    beside.filter(|path| path.is_file()).unwrap_or_else(|| PathBuf::from(PROGRAM))
}
