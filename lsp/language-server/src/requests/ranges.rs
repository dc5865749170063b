//! `textDocument/foldingRange` and `selectionRange`.

use diagnostics::FileId;
use ide::folding::{FoldKind, folding as folds};
use ide::selection;
use tower_lsp::ls_types::{FoldingRange, FoldingRangeKind, Position, SelectionRange};

use crate::view::Desk;

/// What can be folded.
pub(crate) fn folding(desk: &Desk<'_>, file: FileId) -> Option<Vec<FoldingRange>> {
    let fold = |fold: ide::folding::Fold| {
        let range = desk.range_of(file, fold.range);
        FoldingRange {
            start_line: range.start.line,
            start_character: Some(range.start.character),
            end_line: range.end.line,
            end_character: Some(range.end.character),
            kind: Some(match fold.kind {
                FoldKind::Region => FoldingRangeKind::Region,
                FoldKind::Comment => FoldingRangeKind::Comment,
                FoldKind::Imports => FoldingRangeKind::Imports,
            }),
            collapsed_text: None,
        }
    };
    Some(folds(desk.snapshot, file).into_iter().map(fold).collect())
}

/// The ranges around each position, each inside its parent.
pub(crate) fn selection(desk: &Desk<'_>, file: FileId, at: &[Position]) -> Option<Vec<SelectionRange>> {
    let around = |at: &Position| {
        let ranges = selection::selection(desk.snapshot, file, desk.offset(file, *at));
        let nested = ranges.into_iter().rev().fold(None, |parent: Option<Box<SelectionRange>>, range| {
            Some(Box::new(SelectionRange { range: desk.range_of(file, range), parent }))
        });
        nested.map_or_else(|| SelectionRange { range: desk.range_of(file, 0..0), parent: None }, |it| *it)
    };
    Some(at.iter().map(around).collect())
}
