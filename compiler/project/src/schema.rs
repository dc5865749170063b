//! The schema files that databases of the project name: below the root, bounded, UTF-8.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use diagnostics::{Diagnostic, Span, codes};
use semantics::SourceText;
use smol_str::SmolStr;

use crate::{FILE_SIZE_MAX, read};

/// Reads the files; what cannot be read is said where it is named, and is unknown.
pub(crate) fn files(root: &Path, named: Vec<(SmolStr, Span)>, out: &mut Vec<Diagnostic>) -> Vec<SourceText> {
    let mut files = Vec::new();
    for (path, span) in named {
        match text(root, &path) {
            Ok(text) => files.push(SourceText { path: path.to_string(), text: Arc::from(text) }),
            Err(why) => out.push(
                Diagnostic::error(codes::UNREADABLE, span, format!("the schema file `{path}` cannot be read: {why}"))
                    .help("write it there, by its path from the project's root, or take `schema` out: then nothing is known of the database"),
            ),
        }
    }
    files
}

/// A link out of the project would make the plan depend on what lies outside.
fn text(root: &Path, path: &str) -> Result<String, String> {
    let real = fs::canonicalize(root.join(path)).map_err(|error| error.to_string())?;
    if !real.starts_with(root) || !real.is_file() {
        return Err("it is not a file of this project".to_owned());
    }
    let bytes = read::bytes(&real, FILE_SIZE_MAX).map_err(|error| error.to_string())?;
    let bytes = bytes.ok_or_else(|| format!("it has more than {} MiB", FILE_SIZE_MAX >> 20))?;
    read::text(bytes).map_err(|broken| format!("it is not UTF-8 from byte {} on", broken.offset()))
}
