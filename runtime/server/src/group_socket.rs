//! A second socket, for the members of a group: beside the state directory, which stays closed to them.

use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use crate::{Failure, socket};

/// What the folder's name adds to that of the state directory.
const ENDING: &str = ".group";

/// Where the members of a group reach the runtime of a state directory.
#[must_use]
pub fn path(state: &Path) -> PathBuf {
    let mut folder = state.as_os_str().to_owned();
    folder.push(ENDING);
    socket::path(Path::new(&folder))
}

/// The socket by which this process reaches the runtime: its owner's, or the group's where the state directory is
/// closed. A folder that somebody else put there is not taken for the runtime's.
pub(crate) fn reached(state: &Path) -> PathBuf {
    let own = socket::path(state);
    let closed = std::fs::symlink_metadata(&own).is_err_and(|e| e.kind() == std::io::ErrorKind::PermissionDenied);
    let group = path(state);
    let owner = |path: &Path| std::fs::symlink_metadata(path).map(|found| found.uid()).ok();
    let theirs = group.parent().and_then(owner);
    if closed && theirs.is_some() && theirs == owner(state) { group } else { own }
}

/// A group that is to be let in, checked before anything is started.
#[derive(Debug)]
pub struct Group {
    name: String,
    id: u32,
    socket: PathBuf,
}

impl Group {
    /// Finds the group and checks that its members can come to the socket, and nobody can put another one there.
    ///
    /// # Errors
    /// Names the group or the folder that is in the way, and the remedy.
    pub fn find(state: &Path, name: &str) -> Result<Self, Failure> {
        let unknown =
            || Failure::usage(format!("--group {name}: this host has no such group; `getent group` lists them"));
        let id = uzers::get_group_by_name(name).ok_or_else(unknown)?.gid();
        let socket = path(state);
        socket::check_length(&socket)?;
        let group = Self { name: name.to_owned(), id, socket };
        state.ancestors().skip(1).try_for_each(|folder| group.can_pass(folder))?;
        Ok(group)
    }

    /// Where its members reach the runtime.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    fn can_pass(&self, folder: &Path) -> Result<(), Failure> {
        let Ok(found) = std::fs::metadata(folder) else { return Ok(()) };
        let (mode, gid) = (found.mode(), found.gid());
        let refuse = |why: &str| {
            let message = format!(
                "--group {}: {} {why}; give a state directory elsewhere with --state, such as /srv/deployd",
                self.name,
                folder.display()
            );
            Err(Failure::usage(message))
        };
        if mode & 0o001 == 0 && (mode & 0o010 == 0 || gid != self.id) {
            return refuse("is closed to its members");
        }
        if mode & 0o022 != 0 && mode & 0o1000 == 0 {
            return refuse("can be written by others, who could put a socket of their own there");
        }
        Ok(())
    }

    /// Listens. Only while the state directory is held by this process.
    ///
    /// # Errors
    /// When the folder is somebody else's, or cannot be given to the group.
    pub(crate) fn bind(&self) -> Result<UnixListener, Failure> {
        let folder = self.socket.parent().unwrap_or(Path::new("/"));
        prepare(folder)?;
        self.give(folder, 0o750)?;
        let listener = socket::bind(&self.socket)?;
        self.give(&self.socket, 0o660)?;
        Ok(listener)
    }

    /// To the group first, so that the mode never opens it to another one.
    fn give(&self, path: &Path, mode: u32) -> Result<(), Failure> {
        let to = |error: std::io::Error| {
            let message = format!(
                "--group {}: cannot give {} to the group: {error}; be a member of it, or root",
                self.name,
                path.display()
            );
            Failure::usage(message)
        };
        chown(path, None, Some(self.id)).map_err(to)?;
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).map_err(to)
    }
}

/// A folder of our own that nobody else can use yet.
fn prepare(folder: &Path) -> Result<(), Failure> {
    let failed = |error| Failure::internal(format!("cannot make {}: {error}", folder.display()));
    match std::fs::symlink_metadata(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            std::fs::DirBuilder::new().mode(0o700).create(folder).map_err(failed)
        }
        Err(error) => Err(failed(error)),
        Ok(found) if found.is_dir() && found.uid() == rustix::process::geteuid().as_raw() => Ok(()),
        Ok(_) => Err(Failure::usage(format!(
            "{} is in the way: it is not a folder of this user; move it elsewhere",
            folder.display()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own_group() -> String {
        let id = rustix::process::getegid().as_raw();
        uzers::get_group_by_gid(id).unwrap().name().to_string_lossy().into_owned()
    }

    fn state(parent_mode: u32) -> (tempfile::TempDir, PathBuf) {
        let parent = tempfile::tempdir().unwrap();
        std::fs::set_permissions(parent.path(), std::fs::Permissions::from_mode(parent_mode)).unwrap();
        let state = parent.path().join("state");
        (parent, state)
    }

    #[tokio::test]
    async fn the_socket_is_the_groups_and_the_state_stays_closed() {
        let (_parent, state) = state(0o755);
        let group = Group::find(&state, &own_group()).unwrap();
        drop(group.bind().unwrap());
        let _listener = group.bind().unwrap();
        let folder = group.socket().parent().unwrap();
        assert_eq!(folder.metadata().unwrap().mode() & 0o7777, 0o750);
        let found = group.socket().metadata().unwrap();
        assert_eq!((found.mode() & 0o7777, found.gid()), (0o660, rustix::process::getegid().as_raw()));
        assert!(!state.exists());
    }

    #[test]
    fn a_place_that_members_cannot_reach_or_others_can_change_is_refused() {
        let none = Group::find(Path::new("/srv/deployd"), "no-such-group").unwrap_err();
        assert!(none.message.contains("no such group"), "{none}");
        let (_parent, closed) = state(0o700);
        let refused = Group::find(&closed, &own_group()).unwrap_err();
        assert!(refused.message.contains("is closed to its members; give a state directory elsewhere"), "{refused}");
        let (_parent, open) = state(0o777);
        let refused = Group::find(&open, &own_group()).unwrap_err();
        assert!(refused.message.contains("can be written by others"), "{refused}");
    }

    #[tokio::test]
    async fn something_else_in_the_way_is_left_alone() {
        let (_parent, state) = state(0o755);
        let group = Group::find(&state, &own_group()).unwrap();
        std::fs::write(group.socket().parent().unwrap(), "mine").unwrap();
        assert!(group.bind().unwrap_err().message.contains("is in the way"));
    }
}
