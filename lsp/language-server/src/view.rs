//! A project at one moment as requests see it: texts, positions and addresses.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use diagnostics::{Diagnostic, FileId, Span};
use ide::{Cancelled, Lines, Snapshot};
use tower_lsp::ls_types::{Location, Position, Range as PositionRange, Uri};

use crate::conversion::{Counted, Said, file_path, uri_of};
use crate::shared::Shared;

/// An open text.
#[derive(Clone, Debug)]
pub(crate) struct Opened {
    pub(crate) uri: Uri,
    pub(crate) version: i32,
    pub(crate) lines: Lines,
}

/// What the model of a project does not hold.
#[derive(Debug)]
pub(crate) struct Base {
    pub(crate) shared: Arc<Shared>,
    /// The project's folder; empty for a text that belongs to none.
    pub(crate) root: PathBuf,
    /// Open texts, by their paths in the project.
    pub(crate) opened: BTreeMap<String, Opened>,
    /// What is known of all files together, by the path of the file that it is said of.
    pub(crate) proved: BTreeMap<String, Arc<Vec<Diagnostic>>>,
    /// What was wrong with reading the project, by the path of the file.
    pub(crate) reading: Arc<BTreeMap<String, Said>>,
    /// Whether all of it could be read.
    pub(crate) readable: bool,
}

/// A project at one moment, to be asked once.
#[derive(Debug)]
pub(crate) struct View {
    pub(crate) snapshot: Snapshot,
    pub(crate) base: Arc<Base>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(crate) enum NoAnswer {
    Cancelled(Cancelled),
    /// The question met a case that the compiler does not know; the panic has printed where.
    Panicked,
}

impl View {
    /// Asks, unless an edit is waiting.
    pub(crate) fn ask<T>(self, question: impl FnOnce(&Desk<'_>) -> T) -> Result<T, NoAnswer> {
        let Self { snapshot, base } = self;
        let asked = move || snapshot.ask(|snapshot| question(&Desk::new(snapshot, &base)));
        let answered = std::panic::catch_unwind(std::panic::AssertUnwindSafe(asked));
        answered.map_err(|_| NoAnswer::Panicked)?.map_err(NoAnswer::Cancelled)
    }
}

/// A project while it is asked.
pub(crate) struct Desk<'s> {
    pub(crate) snapshot: &'s Snapshot,
    pub(crate) base: &'s Base,
    pub(crate) shared: &'s Shared,
    /// The lines of files that are not open, counted once.
    lines: RefCell<BTreeMap<FileId, Lines>>,
}

impl<'s> Desk<'s> {
    pub(crate) fn new(snapshot: &'s Snapshot, base: &'s Base) -> Self {
        Self { snapshot, base, shared: &base.shared, lines: RefCell::default() }
    }

    fn opened(&self, file: FileId) -> Option<&'s Opened> {
        if self.snapshot.model().is_library(file) { None } else { self.base.opened.get(self.snapshot.path(file)) }
    }

    /// Answers something about the positions of a file.
    fn counted<T>(&self, file: FileId, ask: impl FnOnce(&Counted<'_>) -> T) -> T {
        let (text, encoding) = (self.snapshot.text(file), self.shared.abilities().encoding);
        if let Some(opened) = self.opened(file) {
            return ask(&Counted { text, lines: &opened.lines, encoding });
        }
        let mut lines = self.lines.borrow_mut();
        let lines = lines.entry(file).or_insert_with(|| Lines::of(text));
        ask(&Counted { text, lines, encoding })
    }

    /// The byte at a position.
    pub(crate) fn offset(&self, file: FileId, at: Position) -> u32 {
        self.counted(file, |counted| counted.offset(at))
    }

    /// The bytes of a range.
    pub(crate) fn bytes(&self, file: FileId, range: PositionRange) -> Range<u32> {
        self.counted(file, |counted| counted.bytes(range))
    }

    /// The positions of a span.
    pub(crate) fn range(&self, span: Span) -> PositionRange {
        self.range_of(span.file, span.start..span.end)
    }

    /// The positions of some bytes.
    pub(crate) fn range_of(&self, file: FileId, bytes: Range<u32>) -> PositionRange {
        self.counted(file, |counted| counted.range(bytes))
    }

    /// How wide some bytes of one line are, as positions count.
    pub(crate) fn width(&self, text: &str) -> u32 {
        self.shared.abilities().encoding.width(text)
    }

    /// A span with the address of its file.
    pub(crate) fn location(&self, span: Span) -> Option<Location> {
        Some(Location { uri: self.uri(span.file)?, range: self.range(span) })
    }

    /// The address of a file.
    pub(crate) fn uri(&self, file: FileId) -> Option<Uri> {
        let path = self.snapshot.path(file);
        if self.snapshot.model().is_library(file) {
            return uri_of(&self.shared.library(path, self.snapshot.text(file))?);
        }
        self.uri_at(path)
    }

    /// The address of a path in the project.
    pub(crate) fn uri_at(&self, path: &str) -> Option<Uri> {
        match self.base.opened.get(path) {
            Some(opened) => Some(opened.uri.clone()),
            None if self.base.root.as_os_str().is_empty() => None,
            None => uri_of(&self.base.root.join(path)),
        }
    }

    /// The file of an address.
    pub(crate) fn file(&self, uri: &Uri) -> Option<FileId> {
        let opened = self.base.opened.iter().find(|(_, opened)| opened.uri == *uri);
        if let Some((path, _)) = opened {
            return self.snapshot.file(path);
        }
        let path = file_path(uri)?;
        if let Some(path) = self.shared.library_path(&path) {
            return self.snapshot.model().library_file(&path);
        }
        let inside = path.strip_prefix(&self.base.root).ok()?.to_str()?;
        self.snapshot.file(inside)
    }

    /// The version of an open text.
    pub(crate) fn version(&self, file: FileId) -> Option<i32> {
        self.opened(file).map(|opened| opened.version)
    }

    /// What is to be said about one file: by itself, and as far as it is known, of all together.
    pub(crate) fn findings(&self, file: FileId) -> Vec<Diagnostic> {
        let mut found = self.snapshot.diagnostics(file);
        found.retain(|it| it.primary.span.file == file);
        let proved = self.base.proved.get(self.snapshot.path(file)).filter(|_| !self.snapshot.model().is_library(file));
        found.extend(proved.into_iter().flat_map(|proved| proved.iter().cloned()));
        found.sort_by_key(Diagnostic::sort_key);
        found
    }
}
