//! Where renderers get the path and text of a file, and how bytes become lines and columns.

use crate::FileId;

/// Gives the path and the text of a file; implemented by whoever loads files.
pub trait SourceMap {
    /// The path as the user should see it.
    fn path(&self, file: FileId) -> &str;
    /// The text as it was parsed.
    fn text(&self, file: FileId) -> &str;
}

/// A source map in memory: the file's number is its place in the list.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<(String, String)>,
}

impl Sources {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file and returns its number.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> FileId {
        self.files.push((path.into(), text.into()));
        FileId(u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX))
    }

    fn entry(&self, file: FileId) -> Option<&(String, String)> {
        self.files.get(file.0 as usize)
    }
}

impl SourceMap for Sources {
    fn path(&self, file: FileId) -> &str {
        self.entry(file).map_or("<unknown>", |(path, _)| path)
    }

    fn text(&self, file: FileId) -> &str {
        self.entry(file).map_or("", |(_, text)| text)
    }
}

/// A place as people count it: both 1-based, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineCol {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// The line starts of one text.
#[derive(Debug, Clone)]
pub struct LineIndex<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> LineIndex<'t> {
    /// Scans `text` for line ends.
    #[must_use]
    pub fn new(text: &'t str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, starts }
    }

    /// The line and column of a byte offset, clamped to the text and to a character's first byte.
    #[must_use]
    pub fn line_col(&self, offset: u32) -> LineCol {
        self.counted(offset, |before| before.chars().count())
    }

    /// The same with the column in UTF-16 code units, as hosts of code count.
    #[must_use]
    pub fn line_col_utf16(&self, offset: u32) -> LineCol {
        self.counted(offset, |before| before.encode_utf16().count())
    }

    /// The byte offset of a place; the text's end for one beyond it.
    #[must_use]
    pub fn offset(&self, at: LineCol) -> u32 {
        let line = (at.line as usize).checked_sub(1).and_then(|line| self.starts.get(line));
        let offset = line.map_or(self.text.len(), |&start| {
            let before = self.text[start..].chars().take((at.column as usize).saturating_sub(1));
            start + before.map(char::len_utf8).sum::<usize>()
        });
        u32::try_from(offset).unwrap_or(u32::MAX)
    }

    /// The text of a line, counted from 1, without its end; nothing beyond the last.
    #[must_use]
    pub fn line(&self, line: u32) -> &'t str {
        let at = (line as usize).checked_sub(1).and_then(|line| self.starts.get(line));
        at.and_then(|&start| self.text[start..].lines().next()).unwrap_or_default()
    }

    fn counted(&self, offset: u32, width: impl Fn(&str) -> usize) -> LineCol {
        let offset = clamp(self.text, offset);
        let line = self.starts.partition_point(|&start| start <= offset).max(1);
        let column = width(&self.text[self.starts[line - 1]..offset]) + 1;
        LineCol { line: u32::try_from(line).unwrap_or(u32::MAX), column: u32::try_from(column).unwrap_or(u32::MAX) }
    }
}

/// The nearest character boundary at or before `offset`, inside `text`.
pub(crate) fn clamp(text: &str, offset: u32) -> usize {
    let mut at = (offset as usize).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
