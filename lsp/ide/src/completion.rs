//! What may be written at a place, the most likely first.

mod rank;
mod snippets;

use diagnostics::{Edit, FileId, Span};
use semantics::{Candidate, Sort, Symbol, Wants};
use smol_str::SmolStr;

use crate::Snapshot;
use crate::imports::imported;

/// Something that may be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What is shown.
    pub label: SmolStr,
    /// What it is.
    pub sort: Sort,
    /// Its type, or what it belongs to.
    pub detail: String,
    /// What it stands for, by which its documentation is found.
    pub symbol: Option<Symbol>,
    /// What is replaced.
    pub replaced: Span,
    /// What is written; with `$1` and `${1:name}` for what is to be filled in.
    pub insert: String,
    /// What is written elsewhere: an import.
    pub edits: Vec<Edit>,
    /// Whether it is on its way out.
    pub deprecated: bool,
}

/// What may be written at an offset, the most likely first.
#[must_use]
pub fn completion(snapshot: &Snapshot, file: FileId, offset: u32) -> Vec<Completion> {
    let wants = snapshot.model().wants(file, offset);
    let ranked = rank::ranked(snapshot, file, &wants);
    ranked.into_iter().map(|it| completed(snapshot, file, &wants, it)).collect()
}

/// What is written about a completion: its declaration and its doc comment, in Markdown.
#[must_use]
pub fn documentation(snapshot: &Snapshot, symbol: &Symbol) -> Option<String> {
    let defined = snapshot.model().define(symbol)?;
    let code = format!("```deploy\n{}\n```", defined.text);
    Some(defined.doc.map_or(code.clone(), |doc| format!("{code}\n\n{doc}")))
}

fn completed(snapshot: &Snapshot, file: FileId, wants: &Wants, it: &Candidate) -> Completion {
    let edits = it.import.as_ref().and_then(|module| imported(snapshot, file, module, &it.name));
    let detail = match &it.import {
        Some(module) => format!("{} (use {module})", it.detail),
        None => it.detail.clone(),
    };
    Completion {
        label: it.name.clone(),
        sort: it.sort,
        detail,
        symbol: it.symbol.clone(),
        replaced: wants.replaced,
        insert: snippets::inserted(it, is_followed(snapshot, wants)),
        edits: edits.into_iter().collect(),
        deprecated: false,
    }
}

/// Whether an argument list, braces or a `=` stand behind the word already.
fn is_followed(snapshot: &Snapshot, wants: &Wants) -> bool {
    let rest = snapshot.text(wants.replaced.file).get(wants.replaced.end as usize..).unwrap_or_default();
    let rest = rest.trim_start_matches(' ');
    rest.starts_with(['(', '{', '=']) && !rest.starts_with("==") && !rest.starts_with("=>")
}
