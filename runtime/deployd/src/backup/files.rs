//! Files and folders that are whole and durable, or not there.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::Path;

use server::{Code, Failure};

/// Creates a folder with its parents, for the owner alone.
pub(super) fn folder(path: &Path) -> Result<(), Failure> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(|error| failed("create", path, &error))
}

/// Makes the names in a folder durable.
pub(super) fn sync(path: &Path) -> Result<(), Failure> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(|error| failed("flush", path, &error))
}

/// Writes a new file with this mode.
pub(super) fn write(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Failure> {
    let made = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
    let written = made.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.map_err(|error| failed("write", path, &error))
}

/// Copies a file to a new one with this mode. It has its name only once it is whole.
pub(super) fn copy(from: &Path, to: &Path, mode: u32) -> Result<(), Failure> {
    let fresh = to.with_extension("new");
    let copied = fs::copy(from, &fresh)
        .and_then(|_| fs::set_permissions(&fresh, Permissions::from_mode(mode)))
        .and_then(|()| File::open(&fresh)?.sync_all())
        .and_then(|()| fs::rename(&fresh, to));
    copied.map_err(|error| {
        // What is left of it says nothing; the failure is told already.
        let _ = fs::remove_file(&fresh);
        failed(&format!("copy {} to", from.display()), to, &error)
    })
}

pub(super) fn failed(what: &str, path: &Path, error: &std::io::Error) -> Failure {
    let code = if error.kind() == std::io::ErrorKind::NotFound { Code::Usage } else { Code::Internal };
    Failure::new(code, format!("cannot {what} {}: {error}", path.display()))
}
