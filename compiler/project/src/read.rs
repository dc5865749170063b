//! One source from the disk: bounded, UTF-8, without its byte order mark.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use diagnostics::{Diagnostic, Span, codes};

use crate::FILE_SIZE_MAX;
use crate::side::SideFiles;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The text of the source at `shown` below the root, or what keeps it from being read.
pub(crate) fn source(root: &Path, shown: &str, side: &mut SideFiles) -> Result<String, Box<Diagnostic>> {
    match bytes(&root.join(shown), FILE_SIZE_MAX) {
        Err(error) => Err(Box::new(unreadable(side.unreadable(shown), shown, &error.to_string()))),
        Ok(None) => Err(Box::new(too_large(side.unreadable(shown), shown))),
        Ok(Some(bytes)) => text(bytes).map_err(|broken| Box::new(broken.report(shown, side))),
    }
}

/// The bytes of a file, or nothing when there are more than `most`.
pub(crate) fn bytes(path: &Path, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}

/// Bytes that are not text.
pub(crate) struct Broken {
    /// How many bytes come before the first that is not UTF-8.
    offset: usize,
    /// The text with what is not text replaced; the same up to the offset.
    shown: String,
}

/// The bytes as text, without a byte order mark.
pub(crate) fn text(bytes: Vec<u8>) -> Result<String, Broken> {
    let mut text = String::from_utf8(bytes).map_err(|error| Broken {
        offset: error.utf8_error().valid_up_to(),
        shown: String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })?;
    if text.starts_with(BYTE_ORDER_MARK) {
        text.drain(..BYTE_ORDER_MARK.len_utf8());
    }
    Ok(text)
}

impl Broken {
    /// How many bytes come before the first that is not UTF-8.
    pub(crate) fn offset(&self) -> usize {
        self.offset
    }

    pub(crate) fn report(self, path: &str, side: &mut SideFiles) -> Diagnostic {
        let start = u32::try_from(self.offset).unwrap_or(u32::MAX);
        let file = side.add(path, self.shown);
        let replaced = u32::try_from(char::REPLACEMENT_CHARACTER.len_utf8()).unwrap_or(0);
        Diagnostic::error(
            codes::NOT_UTF8,
            Span::new(file, start, start.saturating_add(replaced)),
            format!("`{path}` is not UTF-8 from byte {} on", self.offset),
        )
        .label("this byte is not text")
        .help("save the file as UTF-8")
    }
}

/// Says that something of the project cannot be read.
pub(crate) fn unreadable(span: Span, path: &str, why: &str) -> Diagnostic {
    Diagnostic::error(codes::UNREADABLE, span, format!("`{path}` cannot be read: {why}"))
        .help("a plan must not depend on what was left out: make it readable, or move it out of the project")
}

fn too_large(span: Span, path: &str) -> Diagnostic {
    let most = FILE_SIZE_MAX >> 20;
    Diagnostic::error(codes::FILE_TOO_LARGE, span, format!("`{path}` has more than {most} MiB, the limit for a file"))
        .help("divide it, and import what is shared with `use`")
}
