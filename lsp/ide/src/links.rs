//! What leads out of a text: imports to their files, addresses such as those of runbooks, and the codes of errors.

use std::ops::Range;

use diagnostics::{FileId, codes};
use semantics::VENDOR;
use syntax::ast::{DeclKind, Use};
use syntax::lex::{Token, TokenKind, tokens};

use crate::Snapshot;

/// Where a link leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A file of the project, a package or the standard library.
    File(FileId),
    /// An address, as it is written.
    Address(String),
    /// The page of an error's code.
    Page(&'static str),
}

/// A part of a text that leads somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The part, in bytes.
    pub range: Range<u32>,
    /// Where it leads.
    pub target: Target,
}

/// The links of a file, in the order of the text.
#[must_use]
pub fn links(snapshot: &Snapshot, file: FileId) -> Vec<Link> {
    let text = snapshot.text(file);
    if text.len() > syntax::FILE_BYTES_MAX {
        return Vec::new();
    }
    let mut found = imports(snapshot, file);
    for token in tokens(text) {
        match token.kind {
            TokenKind::String => found.extend(addresses(&token, text)),
            TokenKind::Comment | TokenKind::Doc => {
                found.extend(addresses(&token, text).into_iter().chain(pages(&token, text)))
            }
            _ => {}
        }
    }
    found.sort_by_key(|link| link.range.start);
    found
}

fn imports(snapshot: &Snapshot, file: FileId) -> Vec<Link> {
    let link = |(start, import): (u32, &Use)| {
        let (first, last) = (import.path.first()?, import.path.last()?);
        let range = first.range.start.saturating_add(start)..last.range.end.saturating_add(start);
        Some(Link { range, target: Target::File(imported(snapshot, file, import)?) })
    };
    let trees = snapshot.trees(file);
    let imports = trees.iter().filter_map(|tree| match &tree.parsed.decl.kind {
        DeclKind::Use(import) => Some((tree.start, import)),
        _ => None,
    });
    imports.filter_map(link).collect()
}

/// The file of the module that is imported from: of the importer's own package, another package, or the standard library.
fn imported(snapshot: &Snapshot, from: FileId, import: &Use) -> Option<FileId> {
    let names: Vec<&str> = import.path.iter().map(|name| name.text.as_str()).collect();
    let path = format!("{}.deploy", names.join("/"));
    let inside = snapshot.path(from).strip_prefix(VENDOR).and_then(|rest| rest.strip_prefix('/'));
    let own = inside.and_then(|rest| rest.split_once('/')).map(|(package, _)| format!("{VENDOR}/{package}/{path}"));
    let candidates = own.into_iter().chain([path.clone(), format!("{VENDOR}/{path}")]);
    candidates.filter_map(|path| snapshot.file(&path)).next().or_else(|| snapshot.model().library_file(&path))
}

fn addresses(token: &Token, text: &str) -> Vec<Link> {
    let written = token.text(text);
    let begins = written.match_indices("https://").chain(written.match_indices("http://"));
    let link = |(at, _): (usize, &str)| {
        let ends = |c: char| c.is_whitespace() || c.is_control() || "\"'<>`{}|\\^$".contains(c);
        let address = written[at..].split(ends).next()?.trim_end_matches([',', '.', ';', ':', ')', '!', '?']);
        let start = token.start.saturating_add(u32::try_from(at).ok()?);
        let range = start..start.saturating_add(u32::try_from(address.len()).ok()?);
        address.split("://").nth(1).filter(|rest| !rest.is_empty())?;
        Some(Link { range, target: Target::Address(address.to_owned()) })
    };
    begins.filter_map(link).collect()
}

/// The codes in a comment that there are.
fn pages(token: &Token, text: &str) -> Vec<Link> {
    let written = token.text(text);
    let is_part = |c: char| c.is_ascii_alphanumeric();
    let starts = written.match_indices(['E', 'W']).map(|(at, _)| at);
    let alone = starts.filter(|at| !written[..*at].ends_with(is_part));
    let link = |at: usize| {
        let word = written[at..].split(|c| !is_part(c)).next()?;
        let code = codes::ALL.iter().find(|code| code.id() == word)?;
        let start = token.start.saturating_add(u32::try_from(at).ok()?);
        Some(Link {
            range: start..start.saturating_add(u32::try_from(word.len()).ok()?),
            target: Target::Page(code.id()),
        })
    };
    alone.filter_map(link).collect()
}
