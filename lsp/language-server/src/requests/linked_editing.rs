//! `textDocument/linkedEditingRange`.

use diagnostics::FileId;
use ide::linked_editing::linked_editing;
use tower_lsp::ls_types::{LinkedEditingRanges, Position};

use crate::view::Desk;

/// The places that are typed as one.
pub(crate) fn answer(desk: &Desk<'_>, file: FileId, at: Position) -> Option<LinkedEditingRanges> {
    let found = linked_editing(desk.snapshot, file, desk.offset(file, at));
    let ranges = found.into_iter().map(|range| desk.range_of(file, range)).collect::<Vec<_>>();
    let word_pattern = Some("[A-Za-z_][A-Za-z0-9_]*".to_owned());
    (!ranges.is_empty()).then_some(LinkedEditingRanges { ranges, word_pattern })
}
