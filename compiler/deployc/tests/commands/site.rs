//! A folder with a project in it, and the program run there.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// The sources of the first example.
pub(crate) const EXAMPLE: &str = include_str!("../../../../examples/first-canary/first_canary.deploy");

/// The same without its tests.
pub(crate) fn untested() -> &'static str {
    EXAMPLE.split_once("\ntest ").unwrap().0
}

pub(crate) const EDITION: &str = "edition = \"2026\"\n";

/// A temporary folder.
pub(crate) struct Site {
    folder: tempfile::TempDir,
}

impl Site {
    /// A folder with these files, written in this order.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let site = Self { folder: tempfile::tempdir().unwrap() };
        files.iter().for_each(|(path, text)| site.write(path, text));
        site
    }

    /// The first example, without its tests, so that its stages can be changed.
    pub(crate) fn example() -> Self {
        Self::with(&[("deploy.toml", EDITION), ("first_canary.deploy", untested())])
    }

    /// A project of one source.
    pub(crate) fn of(source: &str) -> Self {
        Self::with(&[("deploy.toml", EDITION), ("main.deploy", source)])
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    pub(crate) fn deployc(&self, arguments: &[&str]) -> Said {
        self.fed(arguments, "")
    }

    /// The program with this as its input.
    pub(crate) fn fed(&self, arguments: &[&str], input: impl AsRef<[u8]>) -> Said {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_deployc")), arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // One that has read enough may be gone.
        let _ = child.stdin.take().unwrap().write_all(input.as_ref());
        self.said(child.wait_with_output().unwrap())
    }

    /// Another program, in the same surroundings.
    pub(crate) fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.path()).env_remove("NO_COLOR").env("TMPDIR", self.path().join("tmp"));
        fs::create_dir_all(self.path().join("tmp")).unwrap();
        command
    }

    /// Output with this folder's name taken out, so that it is the same everywhere.
    pub(crate) fn said(&self, output: Output) -> Said {
        let real: PathBuf = self.path().canonicalize().unwrap();
        let clean = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap().replace(&*real.to_string_lossy(), "ROOT");
        Said { code: output.status.code().unwrap(), out: clean(&output.stdout), err: clean(&output.stderr) }
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "exit code {}\n--- output\n{}--- errors\n{}", self.code, self.out, self.err)
    }
}
