//! Changes that somebody may want at a place although nothing is wrong there.

mod extract_gate;
mod extract_strategy;
mod fill_fields;
mod pin_digest;

use diagnostics::{Edit, FileId, Span};
use smol_str::{SmolStr, format_smolstr};

use crate::Snapshot;

/// A change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refactoring {
    /// What it does, for a menu.
    pub title: String,
    /// What kind of change it is.
    pub sort: Change,
    /// The edits, none overlapping.
    pub edits: Vec<Edit>,
}

/// The kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Something that is there gets a name of its own.
    Extract,
    /// Something is written out.
    Rewrite,
}

/// The changes that are possible at a selection, which may be empty.
#[must_use]
pub fn refactorings(snapshot: &Snapshot, selected: Span) -> Vec<Refactoring> {
    let mut found = fill_fields::fill_fields(snapshot, selected);
    found.extend(extract_gate::extract_gate(snapshot, selected));
    found.extend(extract_strategy::extract_strategy(snapshot, selected));
    found.extend(pin_digest::pin_digest(snapshot, selected));
    found
}

/// A name that nothing in the file has: `wanted`, or with a number behind it.
fn free_name(snapshot: &Snapshot, file: FileId, wanted: &str) -> SmolStr {
    let taken = |name: &str| snapshot.model().sees(file, name).is_some();
    let numbered = (2_u32..).map(|number| format_smolstr!("{wanted}_{number}"));
    std::iter::once(SmolStr::from(wanted)).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
}

/// A place between two declarations: before the one that begins there.
fn before(file: FileId, start: u32, text: &str) -> Edit {
    Edit { span: Span::new(file, start, start), text: format!("{text}\n\n") }
}
