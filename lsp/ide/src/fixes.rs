//! The remedies of findings as actions that an editor offers.

use std::ops::Range;

use diagnostics::{Applicability, Code, Diagnostic, Edit, FileId, Fix};

use crate::Snapshot;

/// A remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// For a menu.
    pub title: String,
    /// The finding that it mends, by its place in the list that was given; none for one that mends several.
    pub mends: Option<usize>,
    /// Its code.
    pub code: Option<Code>,
    /// What it changes, in files of the project's own; no two overlap.
    pub edits: Vec<Edit>,
    /// Whether it certainly does what was meant.
    pub certain: bool,
}

/// The remedies of the findings that touch a range of a file.
#[must_use]
pub fn fixes(snapshot: &Snapshot, file: FileId, found: &[Diagnostic], range: Range<u32>) -> Vec<Action> {
    let touches = |it: &Diagnostic| {
        let span = it.primary.span;
        span.file == file && span.start <= range.end && range.start <= span.end
    };
    let touched = found.iter().enumerate().filter(|(_, it)| touches(it));
    let all = touched.flat_map(|(at, it)| it.fixes.iter().map(move |fix| (at, it, fix)));
    let own = all.filter(|(_, _, fix)| is_applicable(snapshot, fix));
    own.map(|(at, it, fix)| Action {
        title: fix.title.clone(),
        mends: Some(at),
        code: Some(it.code),
        edits: fix.edits.clone(),
        certain: fix.applicability == Applicability::Certain,
    })
    .collect()
}

/// Everything in a file that can certainly be mended, as one action: the first remedy of each finding, as long as they touch
/// nothing in common. Nothing where nothing can.
#[must_use]
pub fn fix_all(snapshot: &Snapshot, file: FileId, found: &[Diagnostic]) -> Option<Action> {
    let certain = |it: &Diagnostic| {
        let fix = it.fixes.iter().find(|fix| fix.applicability == Applicability::Certain)?;
        is_applicable(snapshot, fix).then(|| fix.clone())
    };
    let mut edits: Vec<Edit> = Vec::new();
    for fix in found.iter().filter(|it| it.primary.span.file == file).filter_map(certain) {
        let inside = fix.edits.iter().all(|edit| edit.span.file == file);
        if inside && !fix.edits.iter().any(|edit| edits.iter().any(|other| meet(edit, other))) {
            edits.extend(fix.edits);
        }
    }
    let title = "mend what can certainly be mended".to_owned();
    (!edits.is_empty()).then_some(Action { title, mends: None, code: None, edits, certain: true })
}

/// Also where they only touch: which of two texts at one place comes first, nobody knows.
fn meet(one: &Edit, other: &Edit) -> bool {
    one.span.file == other.span.file && one.span.start <= other.span.end && other.span.start <= one.span.end
}

/// Whether every edit is of bytes that are there, in a file of the project's own.
fn is_applicable(snapshot: &Snapshot, fix: &Fix) -> bool {
    let fits = |edit: &Edit| {
        let path = snapshot.path(edit.span.file);
        snapshot.model().file_id(path) == Some(edit.span.file)
            && snapshot.text(edit.span.file).get(edit.span.start as usize..edit.span.end as usize).is_some()
    };
    fix.edits.iter().all(fits)
}
