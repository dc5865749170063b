//! Paths and texts for renderers, for as long as the database is borrowed.

use diagnostics::{FileId, SourceMap};

use crate::database::Database;

impl SourceMap for Database {
    fn path(&self, file: FileId) -> &str {
        self.numbered(file).map_or("<unknown>", |file| file.path(self))
    }

    fn text(&self, file: FileId) -> &str {
        self.numbered(file).map_or("", |file| file.text(self))
    }
}
