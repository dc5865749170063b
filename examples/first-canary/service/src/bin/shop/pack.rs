//! Making a release out of this executable.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::release::Release;
use crate::{Failure, trailer};

/// The executable this process runs, also when its file has been replaced since.
pub(crate) const MYSELF: &str = "/proc/self/exe";

/// Writes this executable, or a reference to it, with a release appended. A file already there is replaced, also while
/// it runs.
pub(crate) fn write(release: &Release, thin: bool, out: &Path) -> Result<(), Failure> {
    let failed = |cause| Failure::Io(format!("write {}", out.display()), cause);
    let mut bytes = if thin { reference() } else { trailer::bare(Path::new(MYSELF)) }.map_err(failed)?;
    bytes.extend(trailer::encode(release).map_err(|cause| failed(cause.into()))?);
    replace(out, &bytes).map_err(failed)
}

/// The line that makes the kernel start this executable with the release's own path (execve(2), interpreter scripts).
fn reference() -> io::Result<Vec<u8>> {
    let program = fs::read_link(MYSELF)?;
    Ok([b"#!", program.as_os_str().as_bytes(), b" carry\n"].concat())
}

fn replace(out: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut fresh = out.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = PathBuf::from(fresh);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o755).open(&fresh)?;
    file.write_all(bytes)?;
    drop(file);
    fs::rename(&fresh, out)
}
