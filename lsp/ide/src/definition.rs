//! Where what stands at a place is declared.

use diagnostics::{FileId, Span};
use semantics::{Mention, Symbol};

use crate::Snapshot;

/// A place to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The word that leads there.
    pub from: Span,
    /// The name there.
    pub name: Span,
    /// All of what declares it.
    pub whole: Span,
}

/// Where the word at an offset gets its name.
#[must_use]
pub fn definition(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<Place> {
    let mention = snapshot.model().mention_at(file, offset)?;
    place(snapshot, &mention, &mention.symbol)
}

/// Where the type of what stands at an offset is declared.
#[must_use]
pub fn type_definition(snapshot: &Snapshot, file: FileId, offset: u32) -> Option<Place> {
    let mention = snapshot.model().mention_at(file, offset)?;
    let (_, declared) = snapshot.model().type_of(&mention)?;
    place(snapshot, &mention, &declared?)
}

fn place(snapshot: &Snapshot, mention: &Mention, symbol: &Symbol) -> Option<Place> {
    let defined = snapshot.model().define(symbol)?;
    Some(Place { from: mention.span, name: defined.name?, whole: defined.whole? })
}
