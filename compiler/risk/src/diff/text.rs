//! A difference as lines.

use std::fmt::Write as _;

use super::{Change, Diff};

/// A difference for a terminal; nothing where there is none.
#[must_use]
pub fn text(diff: &Diff) -> String {
    let mut out = String::new();
    if diff.is_empty() {
        return out;
    }
    let digest = |digest: &Option<plan::Digest>| digest.as_ref().map_or("none".to_owned(), ToString::to_string);
    let _ = writeln!(out, "{}: {} -> {}", diff.workflow, digest(&diff.old), digest(&diff.new));
    for (title, changes) in [("what is done", &diff.steps), ("settings", &diff.settings), ("risk", &diff.risk)] {
        if !changes.is_empty() {
            let _ = writeln!(out, "\n{title}");
        }
        changes.iter().for_each(|change| line(&mut out, change));
    }
    out
}

fn line(out: &mut String, Change { of, old, new }: &Change) {
    let _ = match (old, new) {
        (Some(old), Some(new)) => writeln!(out, "  ~ {of}\n      - {old}\n      + {new}"),
        (None, Some(new)) => writeln!(out, "  + {of}: {new}"),
        (Some(old), None) => writeln!(out, "  - {of}: {old}"),
        (None, None) => Ok(()),
    };
}
