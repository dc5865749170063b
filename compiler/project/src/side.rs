//! Files that are no sources of the compiler and still have places in messages: `deploy.toml`, and what could not be
//! read as text.

use diagnostics::{FileId, Span};

/// Numbered from above, where the database's numbers never come.
#[derive(Debug, Default)]
pub(crate) struct SideFiles(Vec<(String, String)>);

impl SideFiles {
    /// Adds a file; `text` is what its messages quote.
    pub(crate) fn add(&mut self, path: &str, text: String) -> FileId {
        self.0.push((path.to_owned(), text));
        FileId(u32::MAX - u32::try_from(self.0.len() - 1).unwrap_or(0))
    }

    /// The beginning of a file without text.
    pub(crate) fn unreadable(&mut self, path: &str) -> Span {
        Span::new(self.add(path, String::new()), 0, 0)
    }

    /// The text of the file of that path, if it is one of them.
    pub(crate) fn text_of(&self, path: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == path).map(|(_, text)| text.as_str())
    }

    /// Path and text, if this file is one of them.
    pub(crate) fn get(&self, file: FileId) -> Option<(&str, &str)> {
        let (path, text) = self.0.get((u32::MAX - file.0) as usize)?;
        Some((path, text))
    }
}
