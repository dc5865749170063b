//! The state directory: private to its owner, and held by one living runtime at a time.

use std::fs::{DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use machine::ports::store::StoreError;

/// The file that names who lives here.
pub(crate) const LOCK: &str = "lock";
/// The database.
pub(crate) const DATABASE: &str = "state.sqlite";
/// What follows the database's name in those of its write-ahead log and of the index of that.
const LOG: &str = "-wal";
const INDEX: &str = "-shm";

/// A line of the lock file: the last writes are in the write-ahead log and not yet in the database.
const WRITES_IN_LOG: &str = "log";

/// The lock of a state directory, held until dropped or until the process dies in whatever way.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    /// Holds the directory also when the lock file is removed.
    _directory: File,
}

impl Lock {
    /// Creates the directory when it is not there and takes its lock.
    pub(crate) fn take(directory: &Path) -> Result<Self, StoreError> {
        Self::take_where(directory, |directory| lost_log(directory).map_or(Ok(()), |lost| Err(StoreError::Io(lost))))
    }

    /// The same where a state is to be brought back: that the last one was lost is the reason for it.
    pub(crate) fn take_to_restore(directory: &Path) -> Result<Self, StoreError> {
        Self::take_where(directory, |_| Ok(()))
    }

    fn take_where(directory: &Path, check: fn(&Path) -> Result<(), StoreError>) -> Result<Self, StoreError> {
        make_private(directory).map_err(|error| failed("cannot prepare", directory, &error))?;
        let opened = File::open(directory).map_err(|error| failed("cannot open", directory, &error))?;
        let lock = open_private(&directory.join(LOCK));
        let lock = lock.map_err(|error| failed("cannot open the lock in", directory, &error))?;
        lock_exclusively(&opened, &lock, directory)?;
        check(directory)?;
        let noted = note_holder(&lock);
        noted.map_err(|error| failed("cannot write the lock in", directory, &error))?;
        Ok(Self { file: lock, _directory: opened })
    }

    /// Notes that everything is in the database and nobody lives here.
    pub(crate) fn let_go(&self) {
        // What stays noted is checked again at the next start.
        let _ = write_lock(&self.file, "");
    }
}

fn failed(what: &str, directory: &Path, error: &std::io::Error) -> StoreError {
    StoreError::Io(format!("{what} {}: {error}; choose another state directory with --state", directory.display()))
}

/// The state directory with its database, held as long as its lock.
#[derive(Debug)]
pub(crate) struct Held {
    directory: PathBuf,
    lock: Lock,
}

impl Held {
    /// Takes the directory's lock, and makes the database's file when it is not there.
    pub(crate) fn take(directory: &Path) -> Result<Self, StoreError> {
        let lock = Lock::take(directory)?;
        let made = open_private(&directory.join(DATABASE)).and_then(|file| file.sync_all());
        made.map_err(|error| failed("cannot write in", directory, &error))?;
        sync(directory).map_err(|error| failed("cannot make durable", directory, &error))?;
        Ok(Self { directory: directory.to_owned(), lock })
    }

    /// Notes that the last writes are in the write-ahead log from now on, so that a log that is gone is missed.
    pub(crate) fn expect_log(&self) -> Result<(), StoreError> {
        let noted = write_lock(&self.lock.file, &format!("{}\n{WRITES_IN_LOG}\n", std::process::id()));
        noted.map_err(|error| failed("cannot write the lock in", &self.directory, &error))
    }

    /// Notes that everything is in the database and nobody lives here.
    pub(crate) fn let_go(&self) {
        self.lock.let_go();
    }
}

/// The files of an open database. SQLite goes on writing to a file that was removed; nobody would find it again.
#[derive(Debug)]
pub(crate) struct Files(Vec<(PathBuf, (u64, u64))>);

impl Files {
    /// Those of a database that was written since it was opened.
    pub(crate) fn of(database: &Path) -> std::io::Result<Self> {
        let paths = ["", LOG, INDEX].map(|suffix| beside(database, suffix));
        paths.into_iter().map(|path| Ok((path.clone(), identity(&path)?))).collect::<std::io::Result<_>>().map(Self)
    }

    /// The first that is not the one that was opened.
    pub(crate) fn gone(&self) -> Option<&Path> {
        let gone = self.0.iter().find(|(path, opened)| identity(path).ok() != Some(*opened));
        gone.map(|(path, _)| path.as_path())
    }
}

fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    std::fs::metadata(path).map(|found| (found.dev(), found.ino()))
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
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

pub(crate) fn open_private(path: &Path) -> std::io::Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn lock_exclusively(opened: &File, lock: &File, directory: &Path) -> Result<(), StoreError> {
    let io = |error: std::io::Error| StoreError::Io(format!("the lock in {}: {error}", directory.display()));
    for held in [opened, lock] {
        match held.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(error)) => return Err(io(error)),
            Err(TryLockError::WouldBlock) => {
                let holder = read_holder(lock);
                return Err(StoreError::Locked { directory: directory.display().to_string(), holder });
            }
        }
    }
    Ok(())
}

fn note_holder(lock: &File) -> std::io::Result<()> {
    let kept = if expects_log(&read_lock(lock)) { format!("{WRITES_IN_LOG}\n") } else { String::new() };
    write_lock(lock, &format!("{}\n{kept}", std::process::id()))
}

fn expects_log(noted: &str) -> bool {
    noted.lines().any(|line| line == WRITES_IN_LOG)
}

/// That the log which the last runtime left is gone, and what helps; none when it is there or was not left.
pub(crate) fn lost_log(directory: &Path) -> Option<String> {
    let noted = File::open(directory.join(LOCK)).map(|lock| read_lock(&lock)).unwrap_or_default();
    (expects_log(&noted) && !beside(&directory.join(DATABASE), LOG).exists()).then(|| {
        format!(
            "the write-ahead log {DATABASE}{LOG} in {} is gone, and with it what was written last before the runtime \
             ended; put it back, bring a backup back with `deployd restore`, or, to go on without what it held, remove \
             the file `{LOCK}` there",
            directory.display()
        )
    })
}

/// The process that a lock file names.
pub(crate) fn named_holder(noted: &str) -> Option<u32> {
    noted.lines().next().and_then(|line| line.trim().parse().ok())
}

fn write_lock(mut lock: &File, text: &str) -> std::io::Result<()> {
    lock.rewind()?;
    lock.write_all(text.as_bytes())?;
    lock.set_len(text.len() as u64)?;
    lock.sync_all()
}

fn read_lock(mut lock: &File) -> String {
    let mut text = Vec::new();
    // The file is ours and short; the limit is against a stranger's.
    let _ = lock.rewind().and_then(|()| lock.take(64).read_to_end(&mut text));
    String::from_utf8_lossy(&text).into_owned()
}

fn read_holder(lock: &File) -> String {
    named_holder(&read_lock(lock)).map_or_else(|| "unknown".to_owned(), |pid| pid.to_string())
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
