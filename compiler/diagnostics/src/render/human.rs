//! For people at a terminal: the source with its places marked, drawn by ariadne.

use crate::source::clamp;
use crate::{Diagnostic, FileId, Severity, SourceMap, Span};
use ariadne::{Color, Config, IndexType, Label, Report, ReportBuilder, ReportKind, Source};
use std::collections::HashMap;
use std::ops::Range;

type Place = (FileId, Range<usize>);

/// Diagnostics as annotated source, with ANSI colours when `colour` is set.
#[must_use]
pub fn human(diagnostics: &[Diagnostic], sources: &dyn SourceMap, colour: bool) -> String {
    let mut cache = Cache { sources, parsed: HashMap::new() };
    let mut out = Vec::new();
    for diagnostic in diagnostics {
        // Writing to memory fails only if drawing fails; the message must then still reach the user.
        if report(diagnostic, sources, colour).write(&mut cache, &mut out).is_err() {
            out.extend_from_slice(crate::render::short(std::slice::from_ref(diagnostic), sources).as_bytes());
        }
    }
    trim_line_ends(&String::from_utf8_lossy(&out))
}

/// Ariadne pads some lines with spaces; text that people paste should not carry them.
fn trim_line_ends(text: &str) -> String {
    text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

fn report<'d>(diagnostic: &'d Diagnostic, sources: &dyn SourceMap, colour: bool) -> Report<'d, Place> {
    let (kind, tint) = match diagnostic.severity {
        Severity::Error => (ReportKind::Error, Color::Red),
        Severity::Warning => (ReportKind::Warning, Color::Yellow),
        Severity::Note => (ReportKind::Advice, Color::Cyan),
    };
    let primary = place(diagnostic.primary.span, sources);
    let config = Config::default().with_index_type(IndexType::Byte).with_color(colour);
    let said = if diagnostic.primary.text.is_empty() { "here" } else { &diagnostic.primary.text };
    let mut report: ReportBuilder<'d, Place> = Report::build(kind, primary.clone())
        .with_config(config)
        .with_code(diagnostic.code)
        .with_message(&diagnostic.message)
        .with_label(Label::new(primary).with_message(said).with_color(tint));
    for label in &diagnostic.secondary {
        let label = Label::new(place(label.span, sources)).with_message(&label.text).with_color(Color::Blue);
        report.add_label(label);
    }
    for help in &diagnostic.help {
        report.add_help(help);
    }
    for note in &diagnostic.notes {
        report.add_note(note);
    }
    report.finish()
}

fn place(span: Span, sources: &dyn SourceMap) -> Place {
    let text = sources.text(span.file);
    let (start, end) = (clamp(text, span.start), clamp(text, span.end));
    (span.file, start..end.max(start))
}

struct Cache<'s> {
    sources: &'s dyn SourceMap,
    parsed: HashMap<FileId, Source<String>>,
}

impl ariadne::Cache<FileId> for Cache<'_> {
    type Storage = String;

    fn fetch(&mut self, id: &FileId) -> Result<&Source<String>, impl std::fmt::Debug> {
        let text = || Source::from(self.sources.text(*id).to_owned());
        Ok::<_, std::convert::Infallible>(self.parsed.entry(*id).or_insert_with(text))
    }

    fn display<'a>(&self, id: &'a FileId) -> Option<impl std::fmt::Display + 'a> {
        Some(self.sources.path(*id).to_owned())
    }
}
