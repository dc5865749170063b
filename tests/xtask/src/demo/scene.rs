//! The scene: a copy of the example with three releases, a free port and a state directory of its own.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::build::Tools;
use crate::cargo::{root, succeed};

/// The address that the example names.
const WRITTEN: &str = "127.0.0.1:8080";

/// Where everything of one demonstration lies.
pub(crate) struct Scene {
    pub(crate) tools: Tools,
    /// The copied example.
    pub(crate) project: PathBuf,
    /// The state directory.
    pub(crate) state: PathBuf,
    /// Address of the proxy.
    pub(crate) listen: String,
    /// The load generator's log.
    pub(crate) log: PathBuf,
}

impl Scene {
    /// Empties the folder and copies the example into it.
    pub(crate) fn set(folder: &Path, tools: Tools) -> Result<Self, String> {
        let failed = |e: std::io::Error| format!("the folder {} cannot be prepared: {e}", folder.display());
        empty(folder)?;
        std::fs::create_dir_all(folder.join("releases")).map_err(failed)?;
        std::fs::write(folder.join(MARK), "made by `cargo xtask demo`, and emptied by it\n").map_err(failed)?;
        let folder = folder.canonicalize().map_err(failed)?;
        let listen = listen();
        copy(&root().join("examples").join("first-canary"), &folder, &listen).map_err(failed)?;
        Ok(Self { tools, state: folder.join("state"), log: folder.join("load.jsonl"), project: folder, listen })
    }

    /// Makes the release of a version that fails this share of its requests, in percent.
    pub(crate) fn pack(&self, version: &str, errors: f64) -> Result<(), String> {
        let mut pack = Command::new(&self.tools.shop);
        pack.args(["pack", "--version", version, "--errors", &format!("{errors}%"), "--out"]);
        succeed(pack.arg(self.project.join("releases").join(format!("shop-{version}"))))
    }

    /// A command that works on this scene's state, in the copied example.
    pub(crate) fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).arg("--state").arg(&self.state).current_dir(&self.project);
        command
    }
}

/// Says that a folder is the demonstration's, and so may be emptied by the next one.
const MARK: &str = ".first-canary";

fn empty(folder: &Path) -> Result<(), String> {
    let Ok(mut entries) = std::fs::read_dir(folder) else { return Ok(()) };
    if entries.next().is_some() && !folder.join(MARK).exists() {
        return Err(format!("{} holds other files; give an empty folder with --dir", folder.display()));
    }
    std::fs::remove_dir_all(folder).map_err(|e| format!("{} cannot be emptied: {e}", folder.display()))
}

/// The address as the example writes it, or one with a free port where that is taken.
fn listen() -> String {
    let bound = TcpListener::bind(WRITTEN).or_else(|_| TcpListener::bind("127.0.0.1:0"));
    let address = bound.and_then(|listener| listener.local_addr());
    address.map_or_else(|_| WRITTEN.to_owned(), |address| address.to_string())
}

fn copy(from: &Path, to: &Path, listen: &str) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name == "deploy.toml" || name.ends_with(".deploy") {
            let text = std::fs::read_to_string(entry.path())?;
            std::fs::write(to.join(name), text.replace(WRITTEN, listen))?;
        }
    }
    Ok(())
}
