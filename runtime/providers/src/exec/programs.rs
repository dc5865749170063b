//! Where a program is: by path against the project's root, by name on `PATH`, as the kernel would find it.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// The program of an argument list; an error that names what was looked for and where.
pub(super) fn find(argv: &[String], root: &Path) -> Result<PathBuf, String> {
    let name = argv.first().ok_or("the command is empty")?;
    if name.contains('/') {
        let path = root.join(name);
        return if executable(&path) { Ok(path) } else { Err(why_not(&path)) };
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join(name)).find(|candidate| executable(candidate));
    found.ok_or_else(|| format!("there is no program `{name}` on PATH ({path}); install it or write its path"))
}

fn executable(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|facts| facts.is_file() && facts.permissions().mode() & 0o111 != 0)
}

fn why_not(path: &Path) -> String {
    match std::fs::metadata(path) {
        Ok(_) => format!("{} is not executable; run `chmod +x` on it", path.display()),
        Err(e) => format!("{}: {e}", path.display()),
    }
}
