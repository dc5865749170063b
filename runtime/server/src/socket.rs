//! The socket's file: its name, its length, and what to do with one that is there already.

use std::io::ErrorKind;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use tokio::net::UnixListener;

use crate::{Code, Failure};

/// The longest path the kernel takes for a socket, in bytes: `sun_path` without its end.
pub const PATH_MAX: usize = 107;

/// Where a runtime listens for the state directory.
#[must_use]
pub fn path(state: &Path) -> PathBuf {
    state.join("deployd.sock")
}

/// Refuses a path that the kernel would cut or refuse without saying which.
///
/// # Errors
/// Names the path, its length and the remedy.
pub fn check_length(socket: &Path) -> Result<(), Failure> {
    let length = socket.as_os_str().len();
    if length <= PATH_MAX {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "the socket's path {} has {length} bytes, and the system takes at most {PATH_MAX}; give a shorter state directory with --state",
        socket.display()
    )))
}

/// Listens, for the owner alone. The file of a dead runtime is replaced, a living one is left alone.
///
/// # Errors
/// When the path is too long, somebody listens there, or something else than a socket is in the way.
pub fn bind(socket: &Path) -> Result<UnixListener, Failure> {
    check_length(socket)?;
    clear(socket)?;
    let failed = |error| Failure::internal(format!("cannot listen on {}: {error}", socket.display()));
    // Between these two calls the 0700 directory around it keeps strangers out.
    let listener = UnixListener::bind(socket).map_err(failed)?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}

fn clear(socket: &Path) -> Result<(), Failure> {
    let place = socket.display();
    match std::fs::symlink_metadata(socket) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::internal(format!("cannot look at {place}: {error}"))),
        Ok(found) if !found.file_type().is_socket() => {
            Err(Failure::new(Code::Refused, format!("{place} is in the way and is not a socket; move it elsewhere")))
        }
        Ok(_) => clear_socket(socket),
    }
}

fn clear_socket(socket: &Path) -> Result<(), Failure> {
    if UnixStream::connect(socket).is_ok() {
        let message =
            format!("a runtime listens on {} already; use that one, or give another with --state", socket.display());
        return Err(Failure::new(Code::Locked, message));
    }
    std::fs::remove_file(socket)
        .map_err(|error| Failure::internal(format!("cannot remove the old {}: {error}", socket.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_dead_runtimes_socket_is_replaced_and_a_living_one_is_not() {
        let directory = tempfile::tempdir().unwrap();
        let socket = path(directory.path());
        let first = bind(&socket).unwrap();
        assert_eq!(bind(&socket).unwrap_err().code, Code::Locked);
        drop(first);
        assert!(socket.exists());
        bind(&socket).unwrap();
        assert_eq!(std::fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn another_file_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let socket = path(directory.path());
        std::fs::write(&socket, "mine").unwrap();
        assert!(bind(&socket).unwrap_err().message.ends_with("is not a socket; move it elsewhere"));
        assert_eq!(std::fs::read(&socket).unwrap(), b"mine");
    }

    #[test]
    fn a_long_path_is_refused_with_its_length() {
        assert!(check_length(&PathBuf::from(format!("/{}", "x".repeat(106)))).is_ok());
        let failure = check_length(&PathBuf::from(format!("/{}", "x".repeat(107)))).unwrap_err();
        assert_eq!(failure.exit, 2);
        assert!(failure.message.ends_with(
            "xxx has 108 bytes, and the system takes at most 107; give a shorter state directory with --state"
        ));
    }
}
