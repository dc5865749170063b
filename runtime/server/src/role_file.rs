//! The role file on disk: read safely, read again when it changed, and never replaced by one that cannot be read.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::roles::Roles;

/// Its name in the state directory.
pub const NAME: &str = "roles.toml";

/// Largest role file, in bytes.
const BYTES_MAX: u64 = 256 << 10;

/// What tells one version of the file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: (u64, u64),
    size: u64,
    written: (i64, i64),
    changed: (i64, i64),
}

/// The roles that are in force.
#[derive(Debug)]
pub struct RoleFile {
    path: PathBuf,
    owner: u32,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    stamp: Option<Stamp>,
    roles: Arc<Roles>,
    problem: Option<String>,
}

impl RoleFile {
    /// The role file of a state directory that belongs to this uid. Where it cannot be read nothing is granted, and
    /// [`RoleFile::problem`] says why.
    #[must_use]
    pub fn open(state: &Path, owner: u32) -> Self {
        let file = Self { path: state.join(NAME), owner, known: Mutex::default() };
        file.current();
        file
    }

    /// The roles in force: those of the file as it is now, or of the last version that could be read.
    pub fn current(&self) -> Arc<Roles> {
        let mut known = self.lock();
        let stamp = stamp_of(&self.path);
        if known.stamp != stamp || (known.problem.is_some() && stamp.is_none()) {
            self.take(&mut known);
            known.stamp = stamp;
        }
        Arc::clone(&known.roles)
    }

    /// Why the file as it is now is not in force.
    pub fn problem(&self) -> Option<String> {
        self.current();
        self.lock().problem.clone()
    }

    fn take(&self, known: &mut Known) {
        match read(&self.path, self.owner) {
            Ok(roles) => (known.roles, known.problem) = (Arc::new(roles), None),
            Err(why) => known.problem = Some(self.sentence(known, &why)),
        }
    }

    fn sentence(&self, known: &Known, why: &str) -> String {
        let kept = match *known.roles == Roles::default() {
            true => "until then nothing is granted to anybody but the owner",
            false => "until then the version before it stays in force",
        };
        format!("{} is not in force: {why}; mend it, {kept}", self.path.display())
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn stamp_of(path: &Path) -> Option<Stamp> {
    std::fs::symlink_metadata(path).ok().map(|found| Stamp {
        inode: (found.dev(), found.ino()),
        size: found.len(),
        written: (found.mtime(), found.mtime_nsec()),
        changed: (found.ctime(), found.ctime_nsec()),
    })
}

/// The roles of a file; without a file none.
fn read(path: &Path, owner: u32) -> Result<Roles, String> {
    let no_link = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let opened = OpenOptions::new().read(true).custom_flags(no_link.bits().cast_signed()).open(path);
    let file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Roles::default()),
        Err(error) => return Err(format!("it cannot be opened ({error}); it must be a plain file, no link")),
    };
    check(&file.metadata().map_err(|error| error.to_string())?, owner)?;
    Roles::parse(&text(file)?)
}

/// Whoever can write the file can do everything, so that must be the owner alone.
fn check(found: &Metadata, owner: u32) -> Result<(), String> {
    if !found.is_file() {
        return Err("it is not a plain file".to_owned());
    }
    if found.uid() != owner && found.uid() != 0 {
        return Err(format!("it belongs to user id {}, not to the owner; `chown` it to user id {owner}", found.uid()));
    }
    if found.mode() & 0o022 != 0 {
        return Err(format!("others may write it (mode {:04o}); `chmod 600` it", found.mode() & 0o7777));
    }
    Ok(())
}

fn text(file: File) -> Result<String, String> {
    let mut bytes = Vec::new();
    file.take(BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| format!("it cannot be read: {error}"))?;
    if bytes.len() as u64 > BYTES_MAX {
        return Err(format!("it is larger than {BYTES_MAX} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "it is not text in UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use machine::signal::Actor;

    use super::*;

    const GRANT: &str = "format = 1\n[[role]]\nusers = [\"anna\"]\nenvironments = [\"*\"]\nmay = [\"*\"]\n";

    struct Place {
        folder: tempfile::TempDir,
        owner: u32,
    }

    impl Place {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let owner = folder.path().metadata().unwrap().uid();
            Self { folder, owner }
        }

        fn write(&self, text: &str, mode: u32) {
            let (new, path) = (self.folder.path().join("new"), self.folder.path().join(NAME));
            std::fs::write(&new, text).unwrap();
            std::fs::set_permissions(&new, std::fs::Permissions::from_mode(mode)).unwrap();
            std::fs::rename(new, path).unwrap();
        }

        fn open(&self) -> RoleFile {
            RoleFile::open(self.folder.path(), self.owner)
        }
    }

    fn knows_anna(file: &RoleFile) -> bool {
        file.current().know(&Actor { uid: 1, name: "anna".to_owned(), groups: Vec::new(), owner: false })
    }

    #[test]
    fn a_change_is_in_force_at_once_and_a_broken_one_never() {
        let place = Place::new();
        let file = place.open();
        assert!(!knows_anna(&file) && file.problem().is_none());
        place.write(GRANT, 0o600);
        assert!(knows_anna(&file));
        place.write("format = 1\n[[role]]\nusers = [\"anna\"", 0o600);
        assert!(knows_anna(&file), "the version before it stays in force");
        assert!(file.problem().unwrap().contains("the version before it stays in force"));
        place.write("format = 1\n", 0o600);
        assert!(!knows_anna(&file) && file.problem().is_none());
        place.write(GRANT, 0o600);
        std::fs::remove_file(place.folder.path().join(NAME)).unwrap();
        assert!(!knows_anna(&file), "without a file nothing is granted");
    }

    #[test]
    fn a_file_that_others_may_write_grants_nothing() {
        for mode in [0o620, 0o602, 0o666] {
            let place = Place::new();
            place.write(GRANT, mode);
            let file = place.open();
            assert!(!knows_anna(&file));
            let problem = file.problem().unwrap();
            assert!(problem.contains("others may write it") && problem.contains("nothing is granted"), "{problem}");
            std::fs::set_permissions(place.folder.path().join(NAME), std::fs::Permissions::from_mode(0o600)).unwrap();
            assert!(knows_anna(&file), "mended without a restart");
        }
    }

    #[test]
    fn links_folders_and_strangers_files_are_refused() {
        let place = Place::new();
        std::fs::write(place.folder.path().join("elsewhere"), GRANT).unwrap();
        std::os::unix::fs::symlink("elsewhere", place.folder.path().join(NAME)).unwrap();
        assert!(place.open().problem().unwrap().contains("no link"));
        std::fs::remove_file(place.folder.path().join(NAME)).unwrap();
        std::fs::create_dir(place.folder.path().join(NAME)).unwrap();
        assert!(place.open().problem().unwrap().contains("not a plain file"));
        std::fs::remove_dir(place.folder.path().join(NAME)).unwrap();
        place.write(GRANT, 0o600);
        let theirs = place.owner + 1;
        let refused = RoleFile::open(place.folder.path(), theirs).problem();
        // What root wrote may be trusted by anybody.
        assert_eq!(refused.is_none(), place.owner == 0);
        place.write(&format!("format = 1\n{}", " \n".repeat(200_000)), 0o600);
        assert!(place.open().problem().unwrap().contains("larger than"));
    }
}
