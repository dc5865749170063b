//! `textDocument/documentLink`.

use std::str::FromStr;

use diagnostics::FileId;
use ide::links::{Link, Target, links};
use tower_lsp::ls_types::{DocumentLink, Uri};

use crate::view::Desk;

/// What leads out of a file; what leads nowhere is left out.
pub(crate) fn answer(desk: &Desk<'_>, file: FileId) -> Option<Vec<DocumentLink>> {
    let link = |Link { range, target }: Link| {
        let (target, tooltip) = match target {
            Target::File(file) => (desk.uri(file)?, None),
            Target::Address(address) => (Uri::from_str(&address).ok()?, None),
            Target::Page(code) => (desk.shared.page(code)?, Some(format!("what {code} means"))),
        };
        Some(DocumentLink { range: desk.range_of(file, range), target: Some(target), tooltip, data: None })
    };
    Some(links(desk.snapshot, file).into_iter().filter_map(link).collect())
}
