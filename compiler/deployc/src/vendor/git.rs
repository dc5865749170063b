//! What is asked of `git`: one commit of one repository, and the files in it as they were committed.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use project::packages::{Requirement, TREE_FILES_MAX, TREE_SIZE_MAX, VENDOR, sound_path};

use crate::failure::Failure;

/// What of the surroundings would lead git to another repository.
const MISLEADING: [&str; 6] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
];

/// A file of a commit.
pub(super) struct Entry {
    /// From the root of the repository.
    pub(super) path: String,
    object: String,
}

/// Fetches the commit into a repository of its own in `folder`, with nothing but that commit where the server allows it.
pub(super) fn fetch(folder: &Path, wanted: &Requirement) -> Result<(), Failure> {
    asked(command(folder).args(["init", "--quiet", "--bare", "--template=", "."]), wanted)?;
    let fetch = ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head"];
    let only = said(command(folder).args(fetch).args(["--depth=1", "--", &wanted.git, &wanted.rev]))?;
    if !only.status.success() {
        // Some servers give what branches and tags lead to, and no single commit.
        let all = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
        asked(command(folder).args(fetch).args(["--", &wanted.git]).args(all), wanted)?;
    }
    let kind = said(command(folder).args(["cat-file", "-t", &wanted.rev]))?;
    if kind.stdout == b"commit\n" {
        return Ok(());
    }
    let message = format!("`{}` has no commit `{}`", wanted.git, wanted.rev);
    Err(Failure::refused(message, format!("look up the commit of the package `{}` that you mean", wanted.name)))
}

/// The files of the commit, but for packages that it has vendored itself.
pub(super) fn files(folder: &Path, wanted: &Requirement) -> Result<Vec<Entry>, Failure> {
    let listed = asked(command(folder).args(["ls-tree", "-r", "-z", "-l", "--full-tree", &wanted.rev]), wanted)?;
    let (mut files, mut size) = (Vec::new(), 0_u64);
    for line in listed.stdout.split(|byte| *byte == 0).filter(|line| !line.is_empty()) {
        let line = std::str::from_utf8(line).map_err(|_| unfit(wanted, "has a file whose name is not UTF-8"))?;
        let entry = line.split_once('\t').ok_or_else(|| unfit(wanted, "is not listed as it should be"))?;
        let words: Vec<&str> = entry.0.split_whitespace().collect();
        let (&[mode, _, object, bytes], path) = (words.as_slice(), entry.1) else {
            return Err(unfit(wanted, "is not listed as it should be"));
        };
        if path.split('/').next() == Some(VENDOR) {
            continue;
        }
        if !matches!(mode, "100644" | "100755") {
            return Err(unfit(wanted, &format!("holds `{path}`, which is a link or a submodule")));
        }
        if !sound_path(path) {
            return Err(unfit(wanted, &format!("holds `{}`, a path that not every system has", path.escape_debug())));
        }
        size = size.saturating_add(bytes.parse().unwrap_or(u64::MAX));
        files.push(Entry { path: path.to_owned(), object: object.to_owned() });
    }
    if files.len() > TREE_FILES_MAX || size > TREE_SIZE_MAX {
        let most = TREE_SIZE_MAX >> 20;
        return Err(unfit(wanted, &format!("has more than {TREE_FILES_MAX} files or {most} MiB")));
    }
    Ok(files)
}

/// Gives each file's bytes to `each`, in their order.
pub(super) fn contents(
    folder: &Path,
    files: &[Entry],
    mut each: impl FnMut(&Entry, &[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let mut child = command(folder)
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()?;
    let (Some(mut asking), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    let done = std::thread::scope(|scope| {
        // Both ways at once: git answers while it is asked.
        scope.spawn(move || files.iter().try_for_each(|file| writeln!(asking, "{}", file.object)));
        let mut answers = BufReader::new(answers);
        files.iter().try_for_each(|file| each(file, &answer(&mut answers, file)?))
    });
    child.wait()?;
    done
}

fn answer(answers: &mut impl BufRead, file: &Entry) -> io::Result<Vec<u8>> {
    let wrong = || io::Error::new(io::ErrorKind::InvalidData, format!("git does not give `{}`", file.path));
    let mut head = String::new();
    answers.read_line(&mut head)?;
    let words: Vec<&str> = head.split_whitespace().collect();
    let &[object, "blob", size] = words.as_slice() else { return Err(wrong()) };
    let size: u64 = size.parse().map_err(|_| wrong())?;
    if object != file.object || size > TREE_SIZE_MAX {
        return Err(wrong());
    }
    let mut bytes = Vec::new();
    answers.take(size + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == size + 1 && bytes.pop() == Some(b'\n') { Ok(bytes) } else { Err(wrong()) }
}

/// git in a folder: as the user has set it up, but asking nobody, running no hooks, and only by transports with a
/// checked peer or on this machine.
fn command(folder: &Path) -> Command {
    let mut git = Command::new("git");
    git.arg("-C").arg(folder).args([
        "-c",
        "core.hooksPath=/dev/null",
        "-c",
        "gc.auto=0",
        "-c",
        "maintenance.auto=false",
    ]);
    git.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ALLOW_PROTOCOL", "file:https:ssh").env("LC_ALL", "C");
    MISLEADING.iter().for_each(|name| {
        git.env_remove(name);
    });
    git
}

fn said(command: &mut Command) -> Result<Output, Failure> {
    command.stdin(Stdio::null()).output().map_err(|error| {
        Failure::refused(format!("`git` cannot be started: {error}"), "install git: packages are fetched by it")
    })
}

fn asked(command: &mut Command, wanted: &Requirement) -> Result<Output, Failure> {
    let output = said(command)?;
    if output.status.success() {
        return Ok(output);
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    let why = stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ");
    let message = format!("the package `{}` cannot be fetched from `{}`: {why}", wanted.name, wanted.git);
    Err(Failure::refused(message, "try `git ls-remote` with that address: what git can reach can be vendored"))
}

fn unfit(wanted: &Requirement, why: &str) -> Failure {
    let message = format!("the commit of the package `{}` {why}", wanted.name);
    Failure::refused(message, "a package is a folder of plain files; take another commit of it")
}
