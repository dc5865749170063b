//! `[packages]` in a `deploy.toml`: the name of each package, where it comes from, and at which commit.

use std::fs;
use std::path::Path;

use diagnostics::{Applicability, Diagnostic, FileId, Fix, Span, codes, nearest};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::config::{settings, span};
use crate::{PROJECT_FILE, PROJECT_FILE_SIZE_MAX, read};

/// How addresses of packages begin, beside `user@host:path`.
const SCHEMES: [&str; 3] = ["https://", "ssh://", "file:///"];

const KEYS: [&str; 2] = ["git", "rev"];

/// A package that a `deploy.toml` asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// What imports from it begin with.
    pub name: String,
    /// The address of its repository.
    pub git: String,
    /// The commit, as 40 hexadecimal digits.
    pub rev: String,
    /// Where it is stated.
    pub span: Span,
}

/// What the package in a folder asks for itself.
///
/// # Errors
/// A sentence that says why its `deploy.toml` cannot be used.
pub fn required_by(folder: &Path) -> Result<Vec<Requirement>, String> {
    let path = folder.join(PROJECT_FILE);
    if !fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
        return Err("it has no `deploy.toml`, so it is no package".to_owned());
    }
    let bytes = read::bytes(&path, PROJECT_FILE_SIZE_MAX).map_err(|error| error.to_string())?;
    let text = bytes.and_then(|bytes| read::text(bytes).ok()).ok_or("its `deploy.toml` is not text")?;
    let mut found = Vec::new();
    let settings = settings(FileId(0), &text, &mut found);
    match found.first() {
        Some(first) => Err(format!("its `deploy.toml` is wrong: {}", first.message)),
        None => Ok(settings.packages),
    }
}

/// Reads the table; what is wrong in it is reported and left out.
pub(crate) fn required(file: FileId, table: &Spanned<DeValue<'_>>, out: &mut Vec<Diagnostic>) -> Vec<Requirement> {
    let Some(packages) = table.get_ref().as_table() else {
        let message = "the packages are a table";
        let help = "write `[packages]`, and a line for each: `name = { git = \"https://…\", rev = \"…\" }`";
        out.push(Diagnostic::error(codes::BAD_PACKAGE, span(file, table.span()), message).help(help));
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, value) in packages {
        let place = span(file, name.span());
        match requirement(file, name.get_ref(), place, value) {
            Ok(requirement) => found.push(requirement),
            Err(diagnostic) => out.push(*diagnostic),
        }
    }
    found
}

fn requirement(
    file: FileId,
    name: &str,
    at: Span,
    value: &Spanned<DeValue<'_>>,
) -> Result<Requirement, Box<Diagnostic>> {
    if !is_name(name) {
        let message = format!("`{name}` is no name for a package");
        return Err(bad(at, message, "write small letters, digits and `_`, a letter first, and not `std`"));
    }
    let Some(fields) = value.get_ref().as_table() else {
        let message = format!("where the package `{name}` comes from is a table");
        return Err(bad(span(file, value.span()), message, "write `{ git = \"https://…\", rev = \"…\" }`"));
    };
    if let Some(key) = fields.keys().find(|key| !KEYS.contains(&&**key.get_ref())) {
        return Err(unknown_key(span(file, key.span()), key.get_ref()));
    }
    let git = address(file, at, name, fields)?;
    let rev = commit(file, at, name, fields)?;
    Ok(Requirement { name: name.to_owned(), git, rev, span: at })
}

fn address(file: FileId, at: Span, name: &str, fields: &DeTable<'_>) -> Result<String, Box<Diagnostic>> {
    let help = "write the address of its repository: `git = \"https://…\"`, `ssh://…`, `user@host:path` or `file:///…`";
    let (place, text) = text(file, fields, "git").map_err(|place| {
        bad(place.unwrap_or(at), format!("the package `{name}` has no address of its repository"), help)
    })?;
    if text.contains(|c: char| c.is_control() || c.is_whitespace()) || text.starts_with('-') || !is_address(text) {
        return Err(bad(place, format!("`{}` is no address of a repository", text.escape_debug()), help));
    }
    if text.strip_prefix("https://").and_then(|rest| rest.split('/').next()).is_some_and(|host| host.contains('@')) {
        let help = "leave user and password out: `git` asks the credential helper that it is set up with";
        return Err(bad(place, format!("the address of the package `{name}` holds credentials"), help));
    }
    Ok(text.to_owned())
}

fn is_address(text: &str) -> bool {
    let known = SCHEMES.iter().any(|scheme| text.strip_prefix(scheme).is_some_and(|rest| !rest.is_empty()));
    let short = text.split_once(':').is_some_and(|(host, path)| {
        let user_and_host = host.split_once('@').is_some_and(|(user, host)| !user.is_empty() && !host.is_empty());
        user_and_host && !host.contains('/') && !path.is_empty()
    });
    known || (short && !text.contains("://"))
}

fn commit(file: FileId, at: Span, name: &str, fields: &DeTable<'_>) -> Result<String, Box<Diagnostic>> {
    let help = "write the whole number of a commit, 40 hexadecimal digits: branches and tags move";
    let (place, text) = text(file, fields, "rev")
        .map_err(|place| bad(place.unwrap_or(at), format!("the package `{name}` has no commit"), help))?;
    let whole = text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if whole { Ok(text.to_owned()) } else { Err(bad(place, format!("`{text}` is not the number of a commit"), help)) }
}

/// The text of a field and its place; the place of what is no text.
fn text<'t>(file: FileId, fields: &'t DeTable<'_>, key: &str) -> Result<(Span, &'t str), Option<Span>> {
    let value = fields.get(key).ok_or(None)?;
    let place = span(file, value.span());
    value.get_ref().as_str().map(|text| (place, text)).ok_or(Some(place))
}

/// Whether imports can begin with it, and a folder can be called so.
pub(super) fn is_name(name: &str) -> bool {
    let plain = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    plain && name.starts_with(|first: char| first.is_ascii_lowercase()) && name.len() <= 64 && name != "std"
}

fn unknown_key(at: Span, key: &str) -> Box<Diagnostic> {
    let message = format!("a package has no key `{key}`");
    let diagnostic = Diagnostic::error(codes::BAD_PACKAGE, at, message);
    Box::new(match nearest(key, KEYS) {
        Some(known) => diagnostic.help(format!("did you mean `{known}`?")).fix(Fix::replace(
            format!("write `{known}`"),
            at,
            known,
            Applicability::Guess,
        )),
        None => diagnostic.help("it has: git, rev"),
    })
}

fn bad(at: Span, message: impl Into<String>, help: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::error(codes::BAD_PACKAGE, at, message.into()).help(help))
}
