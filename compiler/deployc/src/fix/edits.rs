//! The edits of fixes: which may be made, which can be made together, and the texts they make.

use std::ops::Range;

use diagnostics::{Applicability, Diagnostic, Edit, Fix, LineIndex, SourceMap};
use project::Overlay;
use serde::Serialize;

use crate::fix::{Level, State};

/// A fix that was applied, for people and programs. The place is the one it had when it was applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Applied {
    pub(crate) path: String,
    pub(crate) line: u32,
    pub(crate) column: u32,
    pub(crate) code: String,
    pub(crate) title: String,
}

/// One fix of one finding, its edits by path.
pub(super) struct Remedy {
    pub(super) applied: Applied,
    edits: Vec<Place>,
}

struct Place {
    path: String,
    range: Range<usize>,
    text: String,
}

/// The first fix of each finding that may be applied and stays inside the project's own files.
pub(super) fn remedies(state: &State, level: Level) -> Vec<Remedy> {
    state.found.iter().filter_map(|diagnostic| remedy(state, diagnostic, level)).collect()
}

fn remedy(state: &State, diagnostic: &Diagnostic, level: Level) -> Option<Remedy> {
    let may = |fix: &&Fix| level == Level::All || fix.applicability == Applicability::Certain;
    let fix = diagnostic.fixes.iter().find(may)?;
    let edits = fix.edits.iter().map(|edit| place(state, edit)).collect::<Option<Vec<_>>>()?;
    let span = diagnostic.primary.span;
    let at = LineIndex::new(state.project.text(span.file)).line_col(span.start);
    let applied = Applied {
        path: state.project.path(span.file).to_owned(),
        line: at.line,
        column: at.column,
        code: diagnostic.code.to_string(),
        title: fix.title.clone(),
    };
    Some(Remedy { applied, edits })
}

/// An edit of a text of the project that has these bytes.
fn place(state: &State, edit: &Edit) -> Option<Place> {
    let range = edit.span.start as usize..edit.span.end as usize;
    let fits = state.project.owns(edit.span.file) && state.project.text(edit.span.file).get(range.clone()).is_some();
    fits.then(|| Place { path: state.project.path(edit.span.file).to_owned(), range, text: edit.text.clone() })
}

/// Those that touch nothing that an earlier one touches; the others come in the next round, if they still apply.
pub(super) fn apart(remedies: Vec<Remedy>) -> Vec<Remedy> {
    let mut kept: Vec<Remedy> = Vec::new();
    for remedy in remedies {
        let touches = |place: &Place| kept.iter().flat_map(|other| &other.edits).any(|other| touch(place, other));
        if !remedy.edits.iter().any(touches) {
            kept.push(remedy);
        }
    }
    kept
}

/// Also where they only meet: which of two texts at one place comes first, nobody knows.
fn touch(one: &Place, other: &Place) -> bool {
    one.path == other.path && one.range.start <= other.range.end && other.range.start <= one.range.end
}

/// The changed texts with these remedies, which touch nothing in common.
pub(super) fn applied(state: &State, remedies: &[&Remedy]) -> Overlay {
    let mut overlay = state.overlay.clone();
    let mut edits: Vec<&Place> = remedies.iter().flat_map(|remedy| &remedy.edits).collect();
    // From behind, so that the places before stay where they are.
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.range.start));
    for edit in edits {
        let text = overlay.entry(edit.path.clone()).or_insert_with(|| text(state, &edit.path));
        text.replace_range(edit.range.clone(), &edit.text);
    }
    overlay
}

fn text(state: &State, path: &str) -> String {
    state.project.own_text(path).unwrap_or_default().to_owned()
}
