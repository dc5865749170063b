//! What the formats of code hosts share: places as a host counts them, what comes first, and fingerprints.

use std::cell::RefCell;
use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::{Code, Diagnostic, FileId, LineCol, LineIndex, Severity, SourceMap, Span};

/// What a report for a host needs beside the findings.
#[derive(Clone, Copy)]
pub struct Host<'h> {
    /// The texts.
    pub sources: &'h dyn SourceMap,
    /// The path of a file from the root of the repository, with `/`; nothing for a file outside of it.
    pub path: &'h dyn Fn(FileId) -> Option<String>,
    /// The page of a code, as markdown.
    pub page: &'h dyn Fn(Code) -> Option<&'static str>,
    /// The version of the program that reports.
    pub version: &'h str,
}

/// A report, and what the host's format or limits kept out of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What the host reads.
    pub text: String,
    /// A sentence for each kind of thing that was left out.
    pub left_out: Vec<String>,
}

/// A place as hosts count it: lines from 1, columns from 1 in UTF-16 code units, the end exclusive.
pub(super) struct Region {
    pub(super) path: String,
    pub(super) start: LineCol,
    pub(super) end: LineCol,
}

/// Looks places up; each file's lines are counted once.
pub(super) struct Locator<'h> {
    host: Host<'h>,
    lines: RefCell<BTreeMap<FileId, LineIndex<'h>>>,
}

impl<'h> Locator<'h> {
    pub(super) fn new(host: Host<'h>) -> Self {
        Self { host, lines: RefCell::default() }
    }

    /// The place of a span, if its file is in the repository.
    pub(super) fn region(&self, span: Span) -> Option<Region> {
        let path = (self.host.path)(span.file)?;
        let (start, end) =
            self.lines(span.file, |index| (index.line_col_utf16(span.start), index.line_col_utf16(span.end)));
        Some(Region { path, start, end: end.max(start) })
    }

    /// The first place of a finding; a file outside of the repository has the path that people see.
    pub(super) fn primary(&self, diagnostic: &Diagnostic) -> Region {
        let span = diagnostic.primary.span;
        self.region(span).unwrap_or_else(|| Region {
            path: self.host.sources.path(span.file).to_owned(),
            start: self.lines(span.file, |index| index.line_col_utf16(span.start)),
            end: self.lines(span.file, |index| index.line_col_utf16(span.end)),
        })
    }

    /// `also`: the other places of a finding in words, for formats that have no room for them.
    pub(super) fn also(&self, diagnostic: &Diagnostic) -> Vec<String> {
        let said = diagnostic.secondary.iter().map(|label| {
            let at = self.lines(label.span.file, |index| index.line_col(label.span.start));
            format!("{}:{}:{}: {}", self.host.sources.path(label.span.file), at.line, at.column, label.text)
        });
        said.collect()
    }

    /// Names of findings that stay the same when lines move: each made of the code, the file, the text of its line,
    /// and how many like it come before.
    pub(super) fn fingerprints(&self, diagnostics: &[&Diagnostic]) -> Vec<String> {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut print = |diagnostic: &Diagnostic| {
            let at = self.primary(diagnostic);
            let line = self.lines(diagnostic.primary.span.file, |index| index.line(at.start.line).trim());
            let what = [diagnostic.code.id(), &at.path, line].join("\0");
            let before = seen.entry(what.clone()).or_default();
            *before += 1;
            hex::encode(&Sha256::digest(format!("{what}\0{before}"))[..16])
        };
        diagnostics.iter().map(|diagnostic| print(diagnostic)).collect()
    }

    fn lines<T>(&self, file: FileId, ask: impl FnOnce(&LineIndex<'h>) -> T) -> T {
        let mut lines = self.lines.borrow_mut();
        ask(lines.entry(file).or_insert_with(|| LineIndex::new(self.host.sources.text(file))))
    }
}

/// The findings with errors first, each severity in the order of the sources.
pub(super) fn ranked(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut ranked: Vec<&Diagnostic> = diagnostics.iter().collect();
    ranked.sort_by_key(|diagnostic| diagnostic.severity);
    ranked
}

/// What is wrong and what to do, in one text of several lines.
pub(super) fn told(diagnostic: &Diagnostic, also: &[String]) -> String {
    let label = Some(&diagnostic.primary.text).filter(|text| !text.is_empty()).map(|text| format!("here: {text}"));
    let lines = std::iter::once(diagnostic.message.clone())
        .chain(label)
        .chain(also.iter().map(|place| format!("see {place}")))
        .chain(diagnostic.notes.iter().map(|note| format!("note: {note}")))
        .chain(diagnostic.help.iter().map(|help| format!("help: {help}")));
    lines.collect::<Vec<_>>().join("\n")
}

/// `2 errors, 1 warning`: how many of each severity; nothing for none.
pub(super) fn counted<'d>(diagnostics: impl IntoIterator<Item = &'d Diagnostic>) -> Option<String> {
    let mut counts: BTreeMap<Severity, usize> = BTreeMap::new();
    diagnostics.into_iter().for_each(|diagnostic| *counts.entry(diagnostic.severity).or_default() += 1);
    let words = counts.iter().map(|(severity, count)| plural(*count, severity.word()));
    Some(words.collect::<Vec<_>>().join(", ")).filter(|said| !said.is_empty())
}

/// `1 fix`, `2 fixes`.
pub(super) fn plural(count: usize, what: &str) -> String {
    let ending = if what.ends_with('x') { "es" } else { "s" };
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}{ending}") }
}
