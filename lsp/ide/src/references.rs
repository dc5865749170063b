//! Everywhere that the same thing is named.

use diagnostics::{FileId, Span};
use semantics::Mention;

use crate::Snapshot;

/// Everywhere that what stands at an offset is named, by file and place; where it gets its name only if that is wanted.
#[must_use]
pub fn references(snapshot: &Snapshot, file: FileId, offset: u32, declaration: bool) -> Vec<Span> {
    let model = snapshot.model();
    let Some(mention) = model.mention_at(file, offset) else { return Vec::new() };
    let found = model.uses(&mention.symbol).into_iter();
    found.filter(|it| declaration || !it.declares).map(|it| it.span).collect()
}

/// The same within the file of the offset, with where it gets its name told apart.
#[must_use]
pub fn highlights(snapshot: &Snapshot, file: FileId, offset: u32) -> Vec<Mention> {
    let model = snapshot.model();
    let mention = model.mention_at(file, offset);
    mention.map(|it| model.uses_in(file, &it.symbol)).unwrap_or_default()
}
