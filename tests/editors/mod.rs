//! The editors' parts: word lists, grammars and settings, in real editors where these are installed.

mod colours;
mod copies;
mod grammar;
mod highlights;
mod neovim;
mod server;
mod words;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::site::root;

/// A folder or file of the editors' parts.
fn editors(path: &str) -> PathBuf {
    root().join("editors").join(path)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every file below a folder whose name ends like this, in order.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for path in std::fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            if path.is_dir() && !matches!(name.as_str(), "target" | ".git" | "node_modules") {
                open.push(path);
            } else if name.ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Every text in the language that the tree holds and the compiler can read: files, and the blocks of documents.
fn deployments() -> Vec<(String, String)> {
    let named = |path: PathBuf| (path.display().to_string(), read(&path));
    let mut found: Vec<_> = files(root(), ".deploy").into_iter().map(named).collect();
    for (path, text) in files(root(), ".md").into_iter().map(named) {
        let blocks = text.split("\n```deploy").skip(1).filter_map(|block| block.split_once('\n'));
        let blocks = blocks.filter_map(|(_, block)| block.split("```").next());
        found.extend(blocks.enumerate().map(|(at, block)| (format!("{path}, block {}", at + 1), block.to_owned())));
    }
    found.retain(|(_, text)| syntax::parse(text, diagnostics::FileId(0)).diagnostics.is_empty());
    found
}

/// Whether a program is here. Without it a test skips itself and says why; under `CI=true` that is an error.
fn here(program: &str, shows: &str) -> bool {
    let mut command = Command::new(program);
    command.arg("--version").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if command.status().is_ok_and(|status| status.success()) {
        return true;
    }
    let missing = format!("`{program}` is not here, so nothing shows {shows}");
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{missing}");
    println!("skip: {missing}");
    false
}

/// Whether files are to be written anew instead of compared.
fn blessing() -> bool {
    std::env::var_os("BLESS").is_some()
}

/// What to say if a file is not what it should be; with `BLESS=1` it becomes that, and is told of as well.
fn changed(path: &Path, wanted: &str) -> Option<String> {
    if std::fs::read_to_string(path).is_ok_and(|found| found == wanted) {
        return None;
    }
    if blessing() {
        let folder = path.parent().expect("every file lies in a folder");
        std::fs::create_dir_all(folder).expect("the folder can be made");
        std::fs::write(path, wanted).expect("the file can be written");
    }
    Some(format!("{} is not what it is made from any more; run the tests again with BLESS=1", path.display()))
}

/// Fails with everything that there is to say.
#[track_caller]
fn nothing_to_say(complaints: impl IntoIterator<Item = String>) {
    let complaints: Vec<String> = complaints.into_iter().collect();
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
}
