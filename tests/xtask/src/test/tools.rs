//! The tools that some tests need and Rust does not bring.

use std::process::{Command, Stdio};

use super::answers;

/// A tool, the package it comes in, and what cannot be tested without it.
struct Tool {
    program: &'static str,
    package: &'static str,
    shows: &'static str,
}

const TOOLS: &[Tool] = &[
    Tool { program: "strace", package: "strace", shows: "that an intent is synced to disk before its effect" },
    Tool { program: "faketime", package: "faketime", shows: "that a stepped clock ends and extends no hold" },
    Tool { program: "setpriv", package: "util-linux", shows: "that no process of the same user reads our memory" },
    Tool { program: "nvim", package: "neovim", shows: "that the grammar and the settings for Neovim work in it" },
    Tool { program: "emacs", package: "emacs-nox", shows: "that the mode for Emacs works in it" },
    Tool { program: "vim", package: "vim", shows: "that the colours for Vim work in it" },
    Tool { program: "node", package: "nodejs", shows: "that the committed parser is that of the grammar" },
    Tool { program: "cc", package: "gcc", shows: "that the parser for tree-sitter compiles" },
];

/// Gets what is missing. Without it the tests concerned skip themselves; under `CI=true` that is an error.
pub(super) fn prepare() -> Result<(), String> {
    for tool in TOOLS.iter().filter(|tool| !answers(tool.program, "--version")) {
        install(tool.package);
        if answers(tool.program, "--version") {
            continue;
        }
        let missing = format!(
            "`{}` is not here and could not be installed, so nothing shows {}; install the package `{}`",
            tool.program, tool.shows, tool.package
        );
        if std::env::var_os("CI").is_some_and(|ci| ci == "true") {
            return Err(missing);
        }
        println!("skip: {missing}");
    }
    Ok(())
}

/// Tries apt as root or through a `sudo` that asks nothing; the outcome is seen by looking for the tool.
fn install(package: &str) {
    let root = rustix::process::geteuid().is_root();
    if !answers("apt-get", "--version") || !(root || answers("sudo", "-n")) {
        return;
    }
    println!("installing `{package}` with apt-get");
    for step in [&["update", "-qq"][..], &["install", "-y", "-qq", package][..]] {
        let mut command = if root { Command::new("apt-get") } else { Command::new("sudo") };
        if !root {
            command.args(["-n", "apt-get"]);
        }
        let quiet = command.args(step).env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
        let _ = quiet.stdout(Stdio::null()).status();
    }
}
