//! Reports for hosts of code: paths from the root of the repository, and the pages of the codes.

use diagnostics::render::{self, Host, Report};
use diagnostics::{Code, Diagnostic, FileId, SourceMap};
use project::Project;

use crate::cli::Format;
use crate::pages;

/// The report of a format that a host reads; nothing for the others.
pub(crate) fn report(format: Format, found: &[Diagnostic], project: &Project) -> Option<Report> {
    let render = match format {
        Format::Human | Format::Short | Format::Json => return None,
        Format::Sarif => render::sarif,
        Format::Github => render::github,
        Format::Gitlab => render::gitlab,
    };
    let prefix = project.repository_prefix();
    let path = |file: FileId| project.holds(file).then(|| format!("{prefix}{}", project.path(file)));
    let page = |code: Code| pages::page(code.id());
    Some(render(found, Host { sources: project, path: &path, page: &page, version: env!("CARGO_PKG_VERSION") }))
}
