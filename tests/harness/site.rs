//! A place of its own for one test: a short folder, a project with a free port, a state directory, and the end of every
//! process that was started in it.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::{Said, binary, run};
use super::processes;

/// The address that the projects of the tests and of the example name, replaced by a free one.
const WRITTEN: &str = "127.0.0.1:8080";

/// The place. Dropping it ends every process in it and removes it.
pub(crate) struct Site {
    folder: PathBuf,
    /// The address of the proxy.
    pub(crate) listen: String,
    project: PathBuf,
}

impl Site {
    /// A copy of a project of this repository, by its path from the root.
    pub(crate) fn of(project: &str) -> Self {
        Self::named(project, "d")
    }

    /// The same in a folder whose name begins with `prefix`.
    pub(crate) fn named(project: &str, prefix: &str) -> Self {
        let kept = tempfile::Builder::new().prefix(prefix).tempdir().expect("a temporary folder can be made").keep();
        let listen = format!("127.0.0.1:{}", free_port());
        let site = Self { project: kept.join(project), folder: kept, listen };
        copy(&root().join(project), &site.project, &site.listen);
        site
    }

    /// The folder that everything lies in.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The copied project.
    pub(crate) fn project(&self) -> &Path {
        &self.project
    }

    /// The state directory.
    pub(crate) fn state(&self) -> PathBuf {
        self.folder.join("state")
    }

    /// A command of `deployc` or `deployd`, or of the example, with this place's state and without colours.
    pub(crate) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(binary(program));
        command.args(arguments).current_dir(&self.folder);
        command.env("DEPLOYD_STATE", self.state()).env("NO_COLOR", "1");
        command
    }

    /// Runs such a command to its end.
    #[track_caller]
    pub(crate) fn run(&self, program: &str, arguments: &[&str]) -> Said {
        run(&mut self.command(program, arguments))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        processes::end_all(&self.folder);
        if std::thread::panicking() {
            eprintln!("the test's folder is kept: {}", self.folder.display());
        } else {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// The root of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("`tests` lies in the root")
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a local port is free");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// Copies `.deploy` files and `deploy.toml`, with the address replaced.
fn copy(from: &Path, to: &Path, listen: &str) {
    std::fs::create_dir_all(to.join("releases")).expect("the site is ours");
    for entry in std::fs::read_dir(from).expect("the project exists").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == "deploy.toml" || name.ends_with(".deploy") {
            let text = std::fs::read_to_string(entry.path()).expect("sources are text");
            std::fs::write(to.join(&name), text.replace(WRITTEN, listen)).expect("the site is ours");
        }
    }
}
