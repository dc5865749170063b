//! Running the built binaries and looking at what they said.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A binary of the same build: beside the folder `deps` that this test lies in.
pub(crate) fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("the test has a path");
    let folder = test.parent().and_then(|deps| deps.parent()).expect("tests lie in target/PROFILE/deps");
    let path = folder.join(name);
    assert!(path.exists(), "{} is not built; run the tests with `cargo xtask test`", path.display());
    path
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Said {
    /// Asserts the exit code; shows everything else when it is another one.
    #[track_caller]
    pub(crate) fn with_code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "\n--- output\n{}\n--- errors\n{}", self.out, self.err);
        self
    }

    /// The output as one JSON value.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.out);
        parsed.unwrap_or_else(|e| panic!("no JSON ({e}):\n{}\n{}", self.out, self.err))
    }

    /// Asserts that output or errors contain a text.
    #[track_caller]
    pub(crate) fn saying(self, text: &str) -> Self {
        let both = format!("{}\n{}", self.out, self.err);
        assert!(both.contains(text), "nothing says {text:?} in\n{both}");
        self
    }
}

/// Runs a command to its end.
#[track_caller]
pub(crate) fn run(command: &mut Command) -> Said {
    let output: Output =
        command.stdin(Stdio::null()).output().unwrap_or_else(|e| panic!("{command:?} could not be started: {e}"));
    Said {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
