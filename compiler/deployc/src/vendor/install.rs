//! The folder `vendor/`: where packages are put together, and how they get to their places.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use project::LOCK_FILE;
use project::packages::{Listing, Lock, Requirement, VENDOR};

use crate::failure::Failure;
use crate::vendor::git::{self, Entry};

/// Where packages are put together, so that they get to their places whole.
const STAGING: &str = ".staging";

/// `vendor/` of a project, held for one command at a time.
pub(super) struct Folder {
    root: PathBuf,
    vendor: PathBuf,
    staging: PathBuf,
    /// Its lock is what holds the folder.
    _held: File,
}

impl Folder {
    /// Makes the folder if it is not there, and takes it.
    pub(super) fn take(root: &Path) -> Result<Self, Failure> {
        let vendor = root.join(VENDOR);
        let made = fs::create_dir_all(&vendor).and_then(|()| vendor.canonicalize());
        let real = made.map_err(|error| unwritable(VENDOR, &error))?;
        if real != vendor {
            let message = format!("`{VENDOR}` is a link");
            return Err(Failure::refused(message, "packages lie in the project itself: make it a folder"));
        }
        let held = File::open(&vendor).map_err(|error| unwritable(VENDOR, &error))?;
        held.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => {
                Failure::refused("another `deployc vendor` is at work in this project", "wait until it has ended")
            }
            TryLockError::Error(error) => unwritable(VENDOR, &error),
        })?;
        let folder = Self { root: root.to_owned(), staging: vendor.join(STAGING), vendor, _held: held };
        folder.cleared()?;
        fs::create_dir(&folder.staging).map_err(|error| unwritable(VENDOR, &error))?;
        Ok(folder)
    }

    /// Fetches a package to where it is put together.
    pub(super) fn fetched(&self, wanted: &Requirement) -> Result<Listing, Failure> {
        let repository = tempfile::tempdir().map_err(|error| unwritable("the folder for temporary files", &error))?;
        git::fetch(repository.path(), wanted)?;
        let files = git::files(repository.path(), wanted)?;
        let tree = self.staged(&wanted.name);
        let mut listing = Listing::default();
        let write = |file: &Entry, bytes: &[u8]| {
            listing.add(&file.path, bytes);
            written(&tree.join(&file.path), bytes)
        };
        git::contents(repository.path(), &files, write)
            .and_then(|()| fs::write(self.staging.join(list(&wanted.name)), listing.text()))
            .map_err(|error| unwritable(&format!("{VENDOR}/{}", wanted.name), &error))?;
        Ok(listing)
    }

    /// Where a package is put together.
    pub(super) fn staged(&self, name: &str) -> PathBuf {
        self.staging.join(name)
    }

    /// Where a package belongs.
    pub(super) fn place(&self, name: &str) -> PathBuf {
        self.vendor.join(name)
    }

    /// Whether something lies where a package belongs.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        [name.to_owned(), list(name)].iter().any(|name| fs::symlink_metadata(self.vendor.join(name)).is_ok())
    }

    /// Puts a fetched package to its place, instead of what was there.
    pub(super) fn install(&self, name: &str) -> Result<(), Failure> {
        self.remove(name)?;
        let put = |name: &str| fs::rename(self.staging.join(name), self.vendor.join(name));
        put(name).and_then(|()| put(&list(name))).map_err(|error| unwritable(&format!("{VENDOR}/{name}"), &error))
    }

    /// Takes a package away.
    pub(super) fn remove(&self, name: &str) -> Result<(), Failure> {
        let gone = |done: io::Result<()>| match done {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(unwritable(&format!("{VENDOR}/{name}"), &error))
            }
            Ok(()) | Err(_) => Ok(()),
        };
        gone(fs::remove_file(self.vendor.join(list(name))))?;
        let place = self.place(name);
        match fs::symlink_metadata(&place) {
            Ok(found) if !found.is_dir() => gone(fs::remove_file(place)),
            Ok(_) => gone(fs::remove_dir_all(place)),
            Err(_) => Ok(()),
        }
    }

    /// Writes the lock in one step; none where there are no packages.
    pub(super) fn lock(&self, lock: &Lock) -> Result<(), Failure> {
        let path = self.root.join(LOCK_FILE);
        let failed = |error: io::Error| unwritable(LOCK_FILE, &error);
        if lock.packages.is_empty() {
            return match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed(error)),
                Ok(()) | Err(_) => Ok(()),
            };
        }
        let text = lock.text().map_err(Failure::internal)?;
        let staged = self.staging.join(LOCK_FILE);
        fs::write(&staged, text)
            .and_then(|()| File::open(&staged)?.sync_all())
            .and_then(|()| fs::rename(&staged, path))
            .map_err(failed)
    }

    fn cleared(&self) -> Result<(), Failure> {
        match fs::remove_dir_all(&self.staging) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(unwritable(VENDOR, &error)),
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed now is removed by the next command; a folder with packages in it stays.
        let _ = fs::remove_dir_all(&self.staging);
        let _ = fs::remove_dir(&self.vendor);
    }
}

/// The name of the list of a package's files.
fn list(name: &str) -> String {
    format!("{name}.sha256")
}

fn written(path: &Path, bytes: &[u8]) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    // A second file of that path, where case makes no difference, is refused.
    io::Write::write_all(&mut File::create_new(path)?, bytes)
}

fn unwritable(what: &str, error: &io::Error) -> Failure {
    Failure::refused(format!("`{what}` cannot be written: {error}"), "give yourself the right to write it")
}
