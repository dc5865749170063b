//! Projects written as one text: `//- path.deploy` begins a file, `$0` is the cursor; and answers drawn under the text.

use std::sync::Arc;

use diagnostics::{FileId, Span};
use ide::{Lines, Snapshot};
use semantics::{Database, SourceText};

/// What begins a file in a fixture.
const FILE: &str = "//- ";

/// Where the cursor is.
const CURSOR: &str = "$0";

/// A project, and the place that is asked about.
pub(crate) struct Fixture {
    /// The project.
    pub(crate) snapshot: Snapshot,
    /// The file with the cursor; the first one where there is none.
    pub(crate) file: FileId,
    /// The bytes before the cursor.
    pub(crate) offset: u32,
}

/// The project of a fixture; a text without `//- ` is the file `main.deploy`.
pub(crate) fn fixture(written: &str) -> Fixture {
    let mut files = divided(written);
    let cursor = files.iter().position(|(_, text)| text.contains(CURSOR)).unwrap_or(0);
    let offset = files[cursor].1.find(CURSOR).unwrap_or(0);
    files.iter_mut().for_each(|(_, text)| *text = text.replacen(CURSOR, "", 1));
    let at = files[cursor].0.clone();
    let mut database = Database::default();
    let sources = files.into_iter().map(|(path, text)| SourceText { path, text: Arc::from(text) });
    database.set_sources("2026", sources.collect());
    let snapshot = Snapshot::new(database);
    let file = snapshot.file(&at).expect("the file is in the fixture");
    Fixture { snapshot, file, offset: u32::try_from(offset).expect("fixtures are short") }
}

fn divided(written: &str) -> Vec<(String, String)> {
    let written = written.strip_prefix('\n').unwrap_or(written);
    if !written.starts_with(FILE) {
        return vec![("main.deploy".to_owned(), written.to_owned())];
    }
    let parts = written.split(FILE).skip(1);
    let file = |part: &str| {
        let (path, text) = part.split_once('\n').expect("a path, and the text on the next line");
        (path.trim().to_owned(), text.to_owned())
    };
    parts.map(file).collect()
}

/// Places drawn under the lines that they are in, each with its label, for golden answers.
pub(crate) fn drawn<'l>(snapshot: &Snapshot, places: impl IntoIterator<Item = (Span, &'l str)>) -> String {
    let mut places: Vec<(Span, &str)> = places.into_iter().collect();
    places.sort();
    let mut out = String::new();
    let mut shown = None;
    for (span, label) in places {
        let (text, lines) = (snapshot.text(span.file), snapshot.lines(span.file));
        let line = lines.line_of(span.start);
        if shown != Some((span.file, line)) {
            out += &format!("{}:{}\n", snapshot.path(span.file), line + 1);
            out += &format!("{}\n", &text[lines.range(line, text)]);
            shown = Some((span.file, line));
        }
        out += &format!("{}{label}\n", carets(text, &lines, span));
    }
    out
}

/// The carets under a place, as far as its first line goes; one `|` under an empty place.
fn carets(text: &str, lines: &Lines, span: Span) -> String {
    let line = lines.range(lines.line_of(span.start), text);
    let (start, end) = (span.start as usize, (span.end as usize).min(line.end).max(span.start as usize));
    let width = |range: std::ops::Range<usize>| text[range].chars().count();
    let marks = if span.start == span.end { "|".to_owned() } else { "^".repeat(width(start..end)) };
    let more = if span.end as usize > line.end { "…" } else { "" };
    format!("{}{marks}{more} ", " ".repeat(width(line.start..start)))
}
