//! `cargo xtask test --editors`: the extension in a real VS Code, looked at through a browser. It needs npm, Chromium and
//! minutes, so it stands beside the default run.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use super::answers;
use crate::cargo::{release, root, succeed};

/// What npm brings, besides the extension's own parts: the Node.js that code-server wants, VS Code, and what drives a browser.
const NODE: &str = "node@24";
const PARTS: [&str; 2] = ["code-server@4.139.1", "playwright-core@1"];

/// Programs that have to be here, with the Debian packages that they come in.
const PROGRAMS: [(&str, &str); 2] = [("npm", "npm"), ("chromium", "chromium")];

/// Gets the parts, packs the extension with the compiler inside, and plays the scenes.
pub(super) fn run() -> Result<ExitCode, String> {
    present()?;
    let folder = root().join("target/editors");
    let node = parts(&folder)?;
    let extension = packed(&folder, &node)?;
    let project = folder.join("project");
    fresh(&root().join("examples/first-canary"), &project)?;
    let pictures = folder.join("screenshots");
    let mut scenes = with(&node, "node");
    scenes.arg(root().join("editors/vscode/test/real.mjs")).arg(folder.join("parts/node_modules/code-server"));
    succeed(scenes.arg(extension).arg(project).arg(&pictures))?;
    println!("look at the screenshots in {}", pictures.display());
    Ok(ExitCode::SUCCESS)
}

fn present() -> Result<(), String> {
    match PROGRAMS.iter().find(|(program, _)| !answers(program, "--version")) {
        Some((program, package)) => Err(format!("`{program}` is not here; install the package `{package}`")),
        None => Ok(()),
    }
}

/// VS Code and its Node.js, from npm; the folder of that Node.js.
fn parts(folder: &Path) -> Result<PathBuf, String> {
    let parts = folder.join("parts");
    make(&parts)?;
    let node = parts.join("node_modules/node/bin");
    if !parts.join("node_modules/code-server").exists() {
        succeed(Command::new("npm").args(["install", "--no-audit", "--prefix", "."]).arg(NODE).current_dir(&parts))?;
        // Its parts in C want the headers of Kerberos.
        let mut rest = with(&node, "npm");
        succeed(rest.args(["install", "--no-audit", "--prefix", "."]).args(PARTS).current_dir(&parts)).map_err(
            |e| {
                format!("{e}: if it was a header that is missing, install the packages `libkrb5-dev`, `make` and `g++`")
            },
        )?;
    }
    Ok(node)
}

/// The extension as a package, with the compiler inside.
fn packed(folder: &Path, node: &Path) -> Result<PathBuf, String> {
    let source = folder.join("vscode");
    let modules = folder.join("node_modules.kept");
    // What was installed is kept, what was written is not.
    let kept = std::fs::rename(source.join("node_modules"), &modules).is_ok();
    fresh(&root().join("editors/vscode"), &source)?;
    if kept {
        std::fs::rename(&modules, source.join("node_modules")).map_err(|e| format!("{}: {e}", modules.display()))?;
    }
    make(&source.join("bin"))?;
    let compiler = release(&["deployc"])?.join("deployc");
    std::fs::copy(&compiler, source.join("bin/deployc")).map_err(|e| format!("{}: {e}", compiler.display()))?;
    let license = root().join("LICENSE");
    std::fs::copy(&license, source.join("LICENSE")).map_err(|e| format!("{}: {e}", license.display()))?;
    for arguments in [&["install", "--no-audit"][..], &["run", "types"], &["run", "package"]] {
        succeed(with(node, "npm").args(arguments).current_dir(&source))?;
    }
    let mut colours = with(node, "node");
    succeed(colours.arg("test/colours.mjs").env("DEPLOYMENTS", root()).current_dir(&source))?;
    Ok(source.join("deploy-language.vsix"))
}

/// A program that finds this Node.js first.
fn with(node: &Path, program: &str) -> Command {
    let before = std::env::var_os("PATH").unwrap_or_default();
    let paths = std::iter::once(node.to_path_buf()).chain(std::env::split_paths(&before));
    let mut command = Command::new(program);
    if let Ok(path) = std::env::join_paths(paths) {
        command.env("PATH", path);
    }
    command
}

fn make(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))
}

/// A new copy of a folder, links and what was built in it left out.
fn fresh(from: &Path, to: &Path) -> Result<(), String> {
    if to.exists() {
        std::fs::remove_dir_all(to).map_err(|e| format!("{}: {e}", to.display()))?;
    }
    copy(from, to).map_err(|e| format!("{} could not be copied: {e}", from.display()))
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (kind, name) = (entry.file_type()?, entry.file_name());
        if kind.is_dir() && name != "node_modules" {
            copy(&entry.path(), &to.join(name))?;
        } else if kind.is_file() {
            std::fs::copy(entry.path(), to.join(name))?;
        }
    }
    Ok(())
}
