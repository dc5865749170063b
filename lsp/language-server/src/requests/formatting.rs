//! `textDocument/formatting`, `rangeFormatting`, `onTypeFormatting`.

use diagnostics::FileId;
use ide::{TextEdit as Ours, formatting};
use tower_lsp::ls_types::{DocumentOnTypeFormattingParams, Range, TextEdit};

use crate::view::Desk;

/// Of a whole file.
pub(crate) fn document(desk: &Desk<'_>, file: FileId) -> Option<Vec<TextEdit>> {
    Some(edits(desk, file, formatting::formatting(desk.snapshot, file)))
}

/// Of a part.
pub(crate) fn range(desk: &Desk<'_>, file: FileId, range: Range) -> Option<Vec<TextEdit>> {
    let bytes = desk.bytes(file, range);
    Some(edits(desk, file, formatting::range_formatting(desk.snapshot, file, bytes)))
}

/// Of what was just typed.
pub(crate) fn on_type(desk: &Desk<'_>, file: FileId, params: &DocumentOnTypeFormattingParams) -> Option<Vec<TextEdit>> {
    let at = desk.offset(file, params.text_document_position.position);
    let typed = params.ch.chars().next()?;
    Some(edits(desk, file, formatting::on_type_formatting(desk.snapshot, file, at, typed)))
}

fn edits(desk: &Desk<'_>, file: FileId, edits: Vec<Ours>) -> Vec<TextEdit> {
    edits.into_iter().map(|edit| TextEdit::new(desk.range_of(file, edit.range), edit.text)).collect()
}
