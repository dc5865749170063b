//! One line per diagnostic, in the form that editors and `grep` understand.

use crate::{Diagnostic, LineIndex, SourceMap};

/// `path:line:column: error[E0101]: message`, one line each.
#[must_use]
pub fn short(diagnostics: &[Diagnostic], sources: &dyn SourceMap) -> String {
    diagnostics.iter().map(|diagnostic| line(diagnostic, sources)).collect()
}

fn line(diagnostic: &Diagnostic, sources: &dyn SourceMap) -> String {
    let span = diagnostic.primary.span;
    let at = LineIndex::new(sources.text(span.file)).line_col(span.start);
    let (path, word) = (sources.path(span.file), diagnostic.severity.word());
    let message = diagnostic.message.replace('\n', " ");
    format!("{path}:{}:{}: {word}[{}]: {message}\n", at.line, at.column, diagnostic.code)
}
