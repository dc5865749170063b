//! A file that is locked while somebody is at work in its folder. The lock ends with its holder, however that ends.

use std::fs::File;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// Takes the lock; `None` when another process holds it.
pub(crate) fn try_lock(path: &Path) -> Result<Option<File>, String> {
    let file = open(path)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(Some(file)),
        Err(Errno::WOULDBLOCK) => Ok(None),
        Err(e) => Err(format!("cannot lock {}: {e}", path.display())),
    }
}

/// Takes the lock as soon as nobody else holds it.
pub(crate) fn wait_for_lock(path: &Path) -> Result<File, String> {
    let file = open(path)?;
    loop {
        match flock(&file, FlockOperation::LockExclusive) {
            Ok(()) => return Ok(file),
            Err(Errno::INTR) => {}
            Err(e) => return Err(format!("cannot lock {}: {e}", path.display())),
        }
    }
}

fn open(path: &Path) -> Result<File, String> {
    let file = File::options().create(true).truncate(false).read(true).write(true).open(path);
    file.map_err(|e| format!("cannot open {}: {e}", path.display()))
}
