//! What fixes changed: as a diff, and on the disk.

use std::fs;

use similar::TextDiff;

use crate::failure::Failure;
use crate::fix::Fixed;
use crate::replace::replace;

const BYTE_ORDER_MARK: &str = "\u{feff}";

/// The changes as a unified diff, which `patch -p1` in the project's root understands.
pub(crate) fn diff(fixed: &Fixed) -> String {
    let changes = fixed.changes().map(|(path, old, new)| {
        let diff = TextDiff::from_lines(old, new);
        diff.unified_diff().header(&format!("a/{path}"), &format!("b/{path}")).to_string()
    });
    changes.collect()
}

/// Writes the changes. A file that somebody else changed since it was read is left as it is.
pub(crate) fn write(fixed: &Fixed) -> Result<(), Failure> {
    fixed.changes().try_for_each(|(path, old, new)| write_one(fixed, path, old, new))
}

fn write_one(fixed: &Fixed, path: &str, old: &str, new: &str) -> Result<(), Failure> {
    let file = fixed.before.project.root().join(path);
    let now = fs::read_to_string(&file)
        .map_err(|error| Failure::refused(format!("`{path}` cannot be read: {error}"), "save it as it was"))?;
    let mark = if now.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK } else { "" };
    if &now[mark.len()..] != old {
        let help = "fix it again: what was not written yet still applies";
        return Err(Failure::refused(format!("`{path}` was changed while it was fixed"), help));
    }
    replace(&file, &format!("{mark}{new}")).map_err(|error| {
        Failure::refused(format!("`{path}` cannot be written: {error}"), "give yourself the right to write it")
    })
}
