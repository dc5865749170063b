//! `deploy.toml`: the edition, the packages, and nothing that is not known.

use std::ops::Range;

use diagnostics::{Applicability, Diagnostic, FileId, Fix, Span, codes, nearest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::EDITIONS;
use crate::packages::{Requirement, required};

const KEYS: &[&str] = &["edition", "packages"];

/// What `deploy.toml` says.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    /// The edition; the newest where none is said, so that sources are still checked.
    pub(crate) edition: &'static str,
    /// The packages that can be imported from, those that are stated wrongly left out.
    pub(crate) packages: Vec<Requirement>,
}

impl Settings {
    /// Of a project without anything said.
    pub(crate) fn none() -> Self {
        Self { edition: newest(), packages: Vec::new() }
    }
}

/// The newest edition.
fn newest() -> &'static str {
    EDITIONS.last().copied().unwrap_or_default()
}

/// Reads the text of a `deploy.toml`.
pub(crate) fn settings(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> Settings {
    let table = match DeTable::parse(text) {
        Ok(table) => table.into_inner(),
        Err(error) => {
            let span = span(file, error.span().unwrap_or(0..0));
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            diagnostics.push(Diagnostic::error(
                codes::PROJECT_FILE,
                span,
                format!("`deploy.toml` is not TOML: {message}"),
            ));
            return Settings::none();
        }
    };
    let unknown = table.keys().filter(|key| !KEYS.contains(&&**key.get_ref()));
    diagnostics.extend(unknown.map(|key| unknown_key(file, key.get_ref(), key.span())));
    let edition = edition(file, &table, diagnostics);
    let packages = table.get("packages").map_or_else(Vec::new, |it| required(file, it, diagnostics));
    Settings { edition, packages }
}

fn edition(file: FileId, table: &DeTable<'_>, diagnostics: &mut Vec<Diagnostic>) -> &'static str {
    let newest = newest();
    let misspelt = table.keys().any(|key| key.get_ref() != "edition" && nearest(key.get_ref(), ["edition"]).is_some());
    match table.get("edition") {
        Some(value) => known_edition(file, value).unwrap_or_else(|diagnostic| {
            diagnostics.push(*diagnostic);
            newest
        }),
        // One slip of the keyboard is one error.
        None if misspelt => newest,
        None => {
            diagnostics.push(no_edition(span(file, 0..0)));
            newest
        }
    }
}

/// The line can stand first: what belongs to no table comes before all tables.
fn no_edition(at: Span) -> Diagnostic {
    let line = format!("edition = \"{}\"", newest());
    Diagnostic::error(codes::PROJECT_EDITION, at, "`deploy.toml` states no edition")
        .help(format!("add the line `{line}`"))
        .fix(Fix::replace(format!("add `{line}`"), at, format!("{line}\n"), Applicability::Certain))
}

fn unknown_key(file: FileId, key: &str, at: Range<usize>) -> Diagnostic {
    let span = span(file, at);
    let diagnostic = Diagnostic::error(codes::PROJECT_KEY, span, format!("`deploy.toml` has no key `{key}`"));
    match nearest(key, KEYS.iter().copied()) {
        Some(known) => diagnostic.help(format!("did you mean `{known}`?")).fix(Fix::replace(
            format!("write `{known}`"),
            span,
            known,
            Applicability::Guess,
        )),
        None => diagnostic.help(format!("it has: {}", KEYS.join(", "))),
    }
}

fn known_edition(file: FileId, value: &Spanned<DeValue<'_>>) -> Result<&'static str, Box<Diagnostic>> {
    let span = span(file, value.span());
    let Some(stated) = value.get_ref().as_str() else {
        let message = "the edition is text, in quotes";
        let help = format!("write `edition = \"{}\"`", newest());
        let mut diagnostic = Diagnostic::error(codes::PROJECT_FILE, span, message).help(help);
        let meant = value.get_ref().as_integer().map(|number| number.as_str().to_owned());
        if let Some(meant) = meant.filter(|meant| EDITIONS.contains(&meant.as_str())) {
            let title = format!("write `\"{meant}\"`");
            diagnostic = diagnostic.fix(Fix::replace(title, span, format!("\"{meant}\""), Applicability::Certain));
        }
        return Err(Box::new(diagnostic));
    };
    EDITIONS.iter().copied().find(|known| *known == stated).ok_or_else(|| {
        let message = format!("this compiler does not know the edition `{stated}`");
        let help = format!("it reads: {}; for another one install another compiler", EDITIONS.join(", "));
        Box::new(Diagnostic::error(codes::PROJECT_EDITION, span, message).help(help))
    })
}

/// A place in `deploy.toml`.
pub(crate) fn span(file: FileId, at: Range<usize>) -> Span {
    let byte = |at| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(file, byte(at.start), byte(at.end))
}
