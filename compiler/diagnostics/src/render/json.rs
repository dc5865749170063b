//! One JSON document for tools: every span as path, byte offsets, and 1-based lines and columns.

use crate::{Applicability, Code, Diagnostic, LineIndex, Severity, SourceMap, Span};
use serde::Serialize;

/// The version of the document's shape; it grows when a field changes its meaning or goes away.
pub const JSON_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'d> {
    version: u32,
    diagnostics: Vec<Finding<'d>>,
}

#[derive(Serialize)]
struct Finding<'d> {
    code: Code,
    severity: Severity,
    message: &'d str,
    primary: Place<'d>,
    secondary: Vec<Place<'d>>,
    help: &'d [String],
    notes: &'d [String],
    fixes: Vec<Remedy<'d>>,
}

#[derive(Serialize)]
struct Place<'d> {
    path: &'d str,
    start: Position,
    end: Position,
    text: &'d str,
}

#[derive(Serialize)]
struct Position {
    byte: u32,
    line: u32,
    column: u32,
}

#[derive(Serialize)]
struct Remedy<'d> {
    title: &'d str,
    applicability: Applicability,
    edits: Vec<Place<'d>>,
}

/// The document `{"version": 1, "diagnostics": [...]}`, indented, with a newline at its end.
#[must_use]
pub fn json(diagnostics: &[Diagnostic], sources: &dyn SourceMap) -> String {
    let diagnostics = diagnostics.iter().map(|diagnostic| finding(diagnostic, sources)).collect();
    let document = Document { version: JSON_VERSION, diagnostics };
    // Plain structs of strings and numbers always serialise; the fallback keeps the signature honest.
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text + "\n"
}

fn finding<'d>(diagnostic: &'d Diagnostic, sources: &'d dyn SourceMap) -> Finding<'d> {
    Finding {
        code: diagnostic.code,
        severity: diagnostic.severity,
        message: &diagnostic.message,
        primary: place(diagnostic.primary.span, &diagnostic.primary.text, sources),
        secondary: diagnostic.secondary.iter().map(|label| place(label.span, &label.text, sources)).collect(),
        help: &diagnostic.help,
        notes: &diagnostic.notes,
        fixes: diagnostic
            .fixes
            .iter()
            .map(|fix| Remedy {
                title: &fix.title,
                applicability: fix.applicability,
                edits: fix.edits.iter().map(|edit| place(edit.span, &edit.text, sources)).collect(),
            })
            .collect(),
    }
}

fn place<'d>(span: Span, text: &'d str, sources: &'d dyn SourceMap) -> Place<'d> {
    let index = LineIndex::new(sources.text(span.file));
    let position = |byte| {
        let at = index.line_col(byte);
        Position { byte, line: at.line, column: at.column }
    };
    Place { path: sources.path(span.file), start: position(span.start), end: position(span.end), text }
}
