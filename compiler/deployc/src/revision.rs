//! A project as it was in another revision of its repository, beside the one that lies there.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::failure::Failure;

/// What of the surroundings would lead git to another repository.
const MISLEADING: [&str; 5] =
    ["GIT_DIR", "GIT_WORK_TREE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_NAMESPACE"];

/// The files of `root` in that revision, in a folder of their own. The repository, its index and its working tree stay
/// as they are, no hook runs, and nothing is fetched.
pub(crate) fn of(root: &Path, revision: &str) -> Result<TempDir, Failure> {
    let top = line(git(root, None).args(["rev-parse", "--show-toplevel"]), revision)?;
    let prefix = line(git(root, None).args(["rev-parse", "--show-prefix"]), revision)?;
    let commit = format!("{revision}^{{commit}}");
    let commit =
        line(git(root, None).args(["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]), revision)?;
    let folder = tempfile::tempdir().map_err(|error| no_room(&error))?;
    let (index, tree) = (folder.path().join("index"), folder.path().join("tree"));
    std::fs::create_dir(&tree).map_err(|error| no_room(&error))?;
    let subtree = format!("{commit}:{}", prefix.trim_end_matches('/'));
    said(git(Path::new(&top), Some(&index)).args(["read-tree", &subtree]), revision)?;
    let mut prefix = std::ffi::OsString::from("--prefix=");
    prefix.push(&tree);
    prefix.push("/");
    said(git(Path::new(&top), Some(&index)).args(["checkout-index", "--all", "--quiet"]).arg(prefix), revision)?;
    Ok(folder)
}

/// Where the files are in such a folder.
pub(crate) fn tree(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("tree")
}

fn git(folder: &Path, index: Option<&Path>) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args(["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"]);
    MISLEADING.iter().for_each(|name| {
        git.env_remove(name);
    });
    git.env_remove("GIT_INDEX_FILE").env("GIT_TERMINAL_PROMPT", "0").env("GIT_NO_LAZY_FETCH", "1");
    if let Some(index) = index {
        git.env("GIT_INDEX_FILE", index);
    }
    git
}

fn said(git: &mut Command, revision: &str) -> Result<Output, Failure> {
    let done = git.output().map_err(|error| {
        Failure::refused(format!("git cannot be run: {error}"), "install git, or compare two plan files")
    })?;
    if done.status.success() {
        return Ok(done);
    }
    let words = String::from_utf8_lossy(&done.stderr);
    let words = words.trim().lines().last().unwrap_or("there is no such revision of this project").to_owned();
    let help = "name a commit, branch or tag of the repository that the project is in";
    Err(Failure::refused(format!("the project at `{revision}` cannot be read: {words}"), help))
}

fn line(git: &mut Command, revision: &str) -> Result<String, Failure> {
    let out = said(git, revision)?.stdout;
    Ok(String::from_utf8_lossy(&out).trim_end_matches(['\r', '\n']).to_owned())
}

fn no_room(error: &std::io::Error) -> Failure {
    Failure::refused(format!("there is no room for the older files: {error}"), "make room where temporary files go")
}
