//! Spans as the places that a plan shows: file, line, column.

use std::cell::RefCell;
use std::collections::BTreeMap;

use diagnostics::{FileId, LineCol, LineIndex, SourceMap, Span};
use plan::Place;

/// Looks places up; each file's lines are counted once.
pub struct Places<'p> {
    sources: &'p dyn SourceMap,
    lines: RefCell<BTreeMap<FileId, LineIndex<'p>>>,
    shown: RefCell<BTreeMap<String, Span>>,
}

impl<'p> Places<'p> {
    /// Of these sources.
    #[must_use]
    pub fn new(sources: &'p dyn SourceMap) -> Self {
        Self { sources, lines: RefCell::default(), shown: RefCell::default() }
    }

    /// The rest of the line that a place is on, from there; nothing for a file that is not of these.
    pub fn span(&self, place: &Place, file: Option<FileId>) -> Option<Span> {
        let file = file?;
        let mut lines = self.lines.borrow_mut();
        let index = lines.entry(file).or_insert_with(|| LineIndex::new(self.sources.text(file)));
        let start = index.offset(LineCol { line: place.line, column: place.column });
        let rest = self.sources.text(file).get(start as usize..)?.lines().next()?;
        let rest = rest.trim_end().trim_end_matches('{').trim_end();
        Some(Span::new(file, start, start.saturating_add(u32::try_from(rest.len()).ok()?)))
    }

    /// The place where a span begins.
    pub fn of(&self, span: Span) -> Place {
        let mut lines = self.lines.borrow_mut();
        let index = lines.entry(span.file).or_insert_with(|| LineIndex::new(self.sources.text(span.file)));
        let at = index.line_col(span.start);
        let place = Place { file: self.sources.path(span.file).to_owned(), line: at.line, column: at.column };
        self.shown.borrow_mut().insert(place.to_string(), span);
        place
    }

    /// The last span of which this was said to be the place.
    #[must_use]
    pub fn shown(&self, place: &Place) -> Option<Span> {
        self.shown.borrow().get(&place.to_string()).copied()
    }
}
