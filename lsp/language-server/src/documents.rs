//! Texts that are open in the editor.

use diagnostics::{Diagnostic, FileId, Span};
use ide::Lines;
use tower_lsp::ls_types::{TextDocumentContentChangeEvent, Uri};

use crate::conversion::{Counted, Encoding};
use crate::queue::HomeId;

/// An open text.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) uri: Uri,
    pub(crate) version: i32,
    pub(crate) text: String,
    pub(crate) lines: Lines,
    /// Where it belongs.
    pub(crate) home: HomeId,
    /// Its path there.
    pub(crate) path: String,
    /// It was changed, and the model does not know yet.
    pub(crate) edited: bool,
}

/// Bytes that gave way to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Replaced {
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// How many came in their place.
    pub(crate) added: u32,
}

impl Document {
    /// Makes one change of the client's, against the text as the changes before it have left it.
    pub(crate) fn change(&mut self, change: TextDocumentContentChangeEvent, encoding: Encoding) -> Replaced {
        let byte = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.edited = true;
        let added = byte(change.text.len());
        let Some(range) = change.range else {
            let end = byte(self.text.len());
            self.lines = Lines::of(&change.text);
            self.text = change.text;
            return Replaced { start: 0, end, added };
        };
        let bytes = Counted { text: &self.text, lines: &self.lines, encoding }.bytes(range);
        self.text.replace_range(bytes.start as usize..bytes.end as usize, &change.text);
        self.lines.edit(bytes.clone(), &change.text);
        Replaced { start: bytes.start, end: bytes.end, added }
    }
}

impl Replaced {
    /// A finding at the place where it is after the change; its remedies are left out where the change touches them.
    pub(crate) fn moved(self, file: FileId, mut finding: Diagnostic) -> Diagnostic {
        let labels = finding.secondary.iter_mut().map(|label| &mut label.span);
        for span in labels.chain([&mut finding.primary.span]).filter(|span| span.file == file) {
            *span = self.span(*span);
        }
        let touched = |span: Span| span.file == file && span.start <= self.end && self.start <= span.end;
        finding.fixes.retain(|fix| !fix.edits.iter().any(|edit| touched(edit.span)));
        let edits = finding.fixes.iter_mut().flat_map(|fix| &mut fix.edits);
        edits.filter(|edit| edit.span.file == file).for_each(|edit| edit.span = self.span(edit.span));
        finding
    }

    fn span(self, span: Span) -> Span {
        Span::new(span.file, self.offset(span.start), self.offset(span.end))
    }

    fn offset(self, at: u32) -> u32 {
        if at <= self.start {
            at
        } else if at >= self.end {
            (at - self.end).saturating_add(self.start).saturating_add(self.added)
        } else {
            self.start
        }
    }
}
