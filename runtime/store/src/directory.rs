//! The state directory: private to its owner, and held by one living runtime at a time.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use machine::ports::store::StoreError;

/// The file whose lock says that a runtime lives here.
pub(crate) const LOCK: &str = "lock";
/// The database.
pub(crate) const DATABASE: &str = "state.sqlite";

/// The lock of a state directory, held until dropped or until the process dies in whatever way.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Creates the directory when it is not there and takes its lock.
    pub(crate) fn take(directory: &Path) -> Result<Self, StoreError> {
        make_private(directory).map_err(|error| failed("cannot prepare", directory, &error))?;
        let lock = open_private(&directory.join(LOCK));
        let lock = lock.map_err(|error| failed("cannot open the lock in", directory, &error))?;
        Ok(Self { _file: lock_exclusively(lock, directory)? })
    }
}

fn failed(what: &str, directory: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Io(format!("{what} {}: {error}; choose another state directory with --state", directory.display()))
}

/// The state directory with its database, held as long as its lock.
#[derive(Debug)]
pub(crate) struct Held {
    database: PathBuf,
    _lock: Lock,
}

impl Held {
    /// Takes the directory's lock, and makes the database's file when it is not there.
    pub(crate) fn take(directory: &Path) -> Result<Self, StoreError> {
        let lock = Lock::take(directory)?;
        let database = directory.join(DATABASE);
        let made = open_private(&database).and_then(|file| file.sync_all());
        made.map_err(|error| failed("cannot write in", directory, &error))?;
        sync(directory).map_err(|error| failed("cannot make durable", directory, &error))?;
        Ok(Self { database, _lock: lock })
    }

    /// Path of the database file, which exists.
    pub(crate) fn database(&self) -> &Path {
        &self.database
    }
}

fn make_private(directory: &Path) -> std::io::Result<()> {
    if !directory.exists() {
        return DirBuilder::new().recursive(true).mode(0o700).create(directory);
    }
    let mode = std::fs::metadata(directory)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    if !is_ours(directory)? {
        let message = "it holds other files and other users can read it; `chmod 700` it";
        return Err(std::io::Error::other(message));
    }
    std::fs::set_permissions(directory, Permissions::from_mode(0o700))
}

/// Whether the directory is empty or a state directory already: only then its permissions are ours to change.
fn is_ours(directory: &Path) -> std::io::Result<bool> {
    Ok(directory.join(DATABASE).exists() || std::fs::read_dir(directory)?.next().is_none())
}

fn open_private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn lock_exclusively(mut lock: File, directory: &Path) -> Result<File, StoreError> {
    let io = |error: std::io::Error| StoreError::Io(format!("the lock in {}: {error}", directory.display()));
    match lock.try_lock() {
        Ok(()) => write_holder(&mut lock).map(|()| lock).map_err(io),
        Err(TryLockError::WouldBlock) => {
            Err(StoreError::Locked { directory: directory.display().to_string(), holder: read_holder(&mut lock) })
        }
        Err(TryLockError::Error(error)) => Err(io(error)),
    }
}

fn write_holder(lock: &mut File) -> std::io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{}", std::process::id())
}

fn read_holder(lock: &mut File) -> String {
    let mut text = String::new();
    // The file is ours and short; the limit is against a stranger's.
    let read = lock.take(64).read_to_string(&mut text);
    match (read, text.trim().parse::<u32>()) {
        (Ok(_), Ok(pid)) => pid.to_string(),
        (Ok(_) | Err(_), Ok(_) | Err(_)) => "unknown".to_owned(),
    }
}

/// A new file's name is durable only when its directory is.
pub(crate) fn sync(directory: &Path) -> std::io::Result<()> {
    File::open(directory)?.sync_all()?;
    match directory.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_if_readable(parent),
        Some(_) | None => Ok(()),
    }
}

/// The parent may belong to someone else (`/var/lib`): then its entry is as durable as they made it.
fn sync_if_readable(parent: &Path) -> std::io::Result<()> {
    match File::open(parent) {
        Ok(parent) => parent.sync_all(),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(()),
        Err(error) => Err(error),
    }
}
