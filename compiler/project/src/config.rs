//! `deploy.toml`: the edition, and nothing that is not known.

use std::ops::Range;

use diagnostics::{Applicability, Diagnostic, FileId, Fix, Span, codes, nearest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::EDITIONS;

const KEYS: &[&str] = &["edition"];

/// The newest edition.
pub(crate) fn newest() -> &'static str {
    EDITIONS.last().copied().unwrap_or_default()
}

/// What `deploy.toml` says; the newest edition where it does not say one, so that sources are still checked.
pub(crate) fn edition(file: FileId, text: &str, diagnostics: &mut Vec<Diagnostic>) -> &'static str {
    let newest = newest();
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
            return newest;
        }
    };
    let unknown = table.keys().filter(|key| !KEYS.contains(&&**key.get_ref()));
    let unknown: Vec<Diagnostic> = unknown.map(|key| unknown_key(file, key.get_ref(), key.span())).collect();
    let misspelt = table.keys().any(|key| nearest(key.get_ref(), ["edition"]).is_some());
    diagnostics.extend(unknown);
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
        return Err(Box::new(Diagnostic::error(codes::PROJECT_FILE, span, message).help(help)));
    };
    EDITIONS.iter().copied().find(|known| *known == stated).ok_or_else(|| {
        let message = format!("this compiler does not know the edition `{stated}`");
        let help = format!("it reads: {}; for another one install another compiler", EDITIONS.join(", "));
        Box::new(Diagnostic::error(codes::PROJECT_EDITION, span, message).help(help))
    })
}

fn span(file: FileId, at: Range<usize>) -> Span {
    let byte = |at| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(file, byte(at.start), byte(at.end))
}
