//! Where a project lies in its repository: hosts of code want paths from there.

use std::path::Path;

/// The path of the project's root from the root of its repository, with `/` and one at its end; empty where both are
/// the same folder, or where there is no repository.
pub(crate) fn prefix(root: &Path) -> String {
    // A work tree or a submodule has a file of that name.
    let repository = root.ancestors().find(|folder| folder.join(".git").exists());
    let below = repository.and_then(|repository| root.strip_prefix(repository).ok()).unwrap_or(Path::new(""));
    below.iter().map(|folder| format!("{}/", folder.to_string_lossy())).collect()
}
